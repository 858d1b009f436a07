import type { App } from "./create-app.ts";

/** Starts the app as the process's one job: stops on SIGTERM and SIGINT, leaves at once on the second. */
export async function runUntilSignal(app: App, onReady: (url: string) => void): Promise<number> {
  const ended = Promise.withResolvers<number>();
  let signals = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    const code = signal === "SIGINT" ? 130 : 0;
    if (++signals > 1) process.exit(code === 130 ? 130 : 1);
    app.stop().then(
      () => ended.resolve(code),
      () => ended.resolve(1),
    );
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  try {
    const { url } = await app.start();
    if (signals === 0) onReady(url);
    return await ended.promise;
  } catch (error) {
    // A signal during the start closes what the start is still using.
    if (signals > 0) return ended.promise;
    throw error;
  } finally {
    process.off("SIGTERM", onSignal);
    process.off("SIGINT", onSignal);
  }
}
