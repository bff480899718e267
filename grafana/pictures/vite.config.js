import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  define: { 'process.env': {}, global: 'globalThis' },
  build: { chunkSizeWarningLimit: 20000, sourcemap: false, minify: false, target: 'es2022' },
  logLevel: 'warn',
});
