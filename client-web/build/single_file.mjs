// The reporter's page as one file, for a disk or a USB stick: script, style and worker are inside, and a policy in a meta
// element allows these by their hashes and nothing else. It talks to the server that its fragment names.
import path from 'node:path';
import { build } from 'vite';
import { sha384 } from './integrity.mjs';

// The server may be anywhere: over TLS, as an onion service, or on this machine.
const servers = 'https: http://*.onion http://localhost:* http://127.0.0.1:*';

/**
 * What a build gave, without writing it.
 * @param {import('vite').InlineConfig} config
 */
async function outputs(config) {
  const result = await build(config);
  if (!('output' in result)) throw new Error('one build was expected');
  return result.output;
}

/**
 * Turns an import of a worker's address into the worker's code and a blob: address for it.
 * @param {string} configFile
 * @returns {import('vite').Plugin}
 */
function workerInside(configFile) {
  const suffix = '?worker&url';
  return {
    name: 'worker-inside',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!source.endsWith(suffix)) return null;
      const found = await this.resolve(source.slice(0, -suffix.length), importer);
      if (found === null) throw new Error(`no worker ${source}`);
      return `\0worker-inside:${found.id}`;
    },
    async load(id) {
      const prefix = '\0worker-inside:';
      if (!id.startsWith(prefix)) return null;
      const chunks = await outputs({
        configFile,
        build: {
          write: false,
          rolldownOptions: {
            input: id.slice(prefix.length),
            // libsodium would look there for a file beside it, which it does not have: its module is inside.
            transform: { define: { 'import.meta': '{}' } },
            // Chromium starts no module from a blob of a file: page, so this one is a script of the older kind.
            output: { format: 'iife', codeSplitting: false },
          },
        },
      });
      const [worker] = chunks;
      if (chunks.length !== 1 || worker.type !== 'chunk') throw new Error('the worker is to be one script');
      const code = JSON.stringify(worker.code);
      return `export default URL.createObjectURL(new Blob([${code}], { type: 'text/javascript' }));`;
    },
  };
}

/**
 * @param {string} root
 * @param {string} configFile
 */
export async function singleFile(root, configFile) {
  const built = await outputs({
    configFile,
    plugins: [workerInside(configFile)],
    build: { write: false, rolldownOptions: { input: path.join(root, 'index.html') } },
  });
  /** @param {string} extension */
  const only = (extension) => {
    const found = built.filter((file) => file.fileName.endsWith(extension));
    const [file] = found;
    if (file === undefined || found.length !== 1) throw new Error(`one ${extension} was expected`);
    return file.type === 'chunk' ? file.code : Buffer.from(file.source).toString('utf8');
  };
  // In a script these can only be inside a string, a template or a pattern, where the backslash changes nothing.
  const script = only('.js').replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  const style = only('.css');
  if (style.includes('</style')) throw new Error('the style ends itself');
  const policy = [
    "default-src 'none'",
    `script-src '${sha384(script)}' 'wasm-unsafe-eval'`,
    `style-src '${sha384(style)}'`,
    'worker-src blob:',
    `connect-src ${servers}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types changgu',
  ].join('; ');
  return only('.html')
    .replace(
      /<meta charset="utf-8"[^>]*>/,
      (meta) => `${meta}\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`,
    )
    .replace(/\n *<link rel="icon"[^>]*>/, '')
    .replace(/\n *<link rel="stylesheet"[^>]*>/, () => `\n    <style>${style}</style>`)
    .replace(/<script type="module"[^>]*><\/script>/, () => `<script type="module">${script}</script>`);
}
