import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `vite` serves the pages while they are worked on and passes the API's paths to a running server.
const api = process.env.TIELINE_URL ?? "http://127.0.0.1:3000";

export default defineConfig({
  root: "dashboard",
  plugins: [react(), tailwindcss()],
  build: {
    outDir: "../dist/dashboard",
    emptyOutDir: true,
    // The content security policy allows our own origin only, so nothing may become a data: address.
    assetsInlineLimit: 0,
    manifest: true,
    chunkSizeWarningLimit: 600, // scripts/check-bundle.ts holds the real budget, in gzip
    rolldownOptions: { output: { assetFileNames: "assets/[name]-[hash][extname]" } },
  },
  server: {
    proxy: {
      "/v1": api,
      "/logout": api,
      "/oauth": api,
      // The page and the sign-in share this path: only the POST is the server's.
      "/login": { target: api, bypass: (request) => (request.method === "GET" ? "/index.html" : undefined) },
    },
  },
});
