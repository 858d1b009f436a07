/** What a catch hook answers, as integrators see it; nothing in it is documented. */
export function aHookAnswer(changes: Record<string, unknown> = {}) {
  return { status: "success", attempt: "019b2d6e-1", id: "019b2d6e-1", request_id: "019b2d6e-1", ...changes };
}

export const aHookUrl = "https://hooks.zapier.com/hooks/catch/123456/abcdef/";
