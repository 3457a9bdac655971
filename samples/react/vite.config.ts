import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";

export default defineConfig(({ mode }) => {
  const { PROXY_TARGET: target = "http://127.0.0.1:5080" } = loadEnv(mode, ".", "PROXY_");
  return {
    plugins: [react()],
    server: {
      // Objects, because the short form ("/v1": target) sets changeOrigin: the service takes a page for its own only while Origin and Host name the same address.
      proxy: { "/v1": { target }, "/hubs": { target, ws: true } },
    },
  };
});
