// How an entry is built; build/build.mjs says which. The same sources give the same bytes on every machine.
import { defineConfig } from 'vite';

/** The Korean word list is decomposed as it comes; composed it is smaller, and the code takes it either way. */
const composedWords = {
  name: 'composed-words',
  transform: (code: string, id: string) =>
    id.includes('bip39/wordlists/korean') ? { code: code.normalize('NFC'), map: null } : undefined,
};

export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  // No .env file, no mode and no environment variable has a say in what is built.
  envDir: false,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2023',
    emptyOutDir: false,
    assetsInlineLimit: 0,
    modulePreload: false,
    sourcemap: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1024,
    // One script a page: a second one that it imported could carry no integrity attribute.
    rolldownOptions: { output: { codeSplitting: false } },
  },
  worker: {
    format: 'es',
    plugins: () => [composedWords],
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'sodium', test: /node_modules\/libsodium/ }] } },
    },
  },
});
