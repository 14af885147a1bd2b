// Builds the pages: node build/build.mjs [OUT], default dist. Three entries, built apart so that none carries what only
// another needs: the reporter's (index.html), the reviewer's (review/index.html) with its viewer of attachments
// (review/viewer.html), and reporter.html, the reporter's page as one file. What belongs beside a page is in assets/,
// under a name with its hash.
import { rm, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'vite';
import { integrity } from './integrity.mjs';
import { singleFile } from './single_file.mjs';

const root = path.dirname(import.meta.dirname);
const out = path.resolve(process.argv[2] ?? path.join(root, 'dist'));
const configFile = path.join(root, 'vite.config.ts');
process.env['NODE_ENV'] = 'production';

// The directory is the build's own, whatever else was in it.
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const pages = { reporter: 'index.html', reviewer: 'review/index.html', viewer: 'review/viewer.html' };
for (const [name, page] of Object.entries(pages)) {
  await build({
    configFile,
    build: { outDir: out, rolldownOptions: { input: { [name]: path.join(root, page) } } },
  });
  const file = path.join(out, page);
  await writeFile(file, await integrity(await readFile(file, 'utf8'), out));
}
await writeFile(path.join(out, 'reporter.html'), await singleFile(root, configFile));
