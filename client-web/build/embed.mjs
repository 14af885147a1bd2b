// Makes of the built pages what the server links in: node build/embed.mjs DIST OUT writes OUT/pages.bin (every file as it
// is and under brotli, one after another), pages.S, which takes it in, and pages.cpp, the table of server/assets/asset.hpp.
import { createHash } from 'node:crypto';
import { readdir, readFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

/** @type {Record<string, string>} */
const contentTypes = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/**
 * File in the build → path of the URL and what the server calls it.
 * @param {string} file
 * @returns {[string, string]}
 */
function placeOf(file) {
  if (file === 'index.html') return ['/', 'page'];
  if (file === 'review/index.html') return ['/review/', 'console'];
  if (file === 'review/viewer.html') return ['/review/viewer.html', 'viewer'];
  if (file === 'reporter.html') return ['/reporter.html', 'download'];
  if (file.startsWith('assets/')) return [`/${file}`, 'part'];
  throw new Error(`no place for ${file}`);
}

/** @param {Buffer} content */
function brotli(content) {
  const packed = brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 22,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
  return packed.length < content.length ? packed : Buffer.alloc(0);
}

/** @param {Buffer} content */
const sha256 = (content) => createHash('sha256').update(content).digest('hex');

const [dist, out] = process.argv.slice(2);
if (dist === undefined || out === undefined) throw new Error('usage: embed.mjs DIST OUT');

const found = await readdir(dist, { recursive: true, withFileTypes: true });
const files = found
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(dist, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'));

let length = 0;
/** @type {Buffer[]} */
const contents = [];
/** @param {Buffer} content */
function place(content) {
  const at = length;
  contents.push(content);
  length += content.length;
  return `{&changgu_pages[${at}], ${content.length}}`;
}

const rows = [];
for (const file of files) {
  const [url, surface] = placeOf(file);
  const type = contentTypes[path.extname(file)];
  if (type === undefined) throw new Error(`no content type for ${file}`);
  const content = await readFile(path.join(dist, file));
  const packed = brotli(content);
  const identity = place(content);
  const br = packed.length === 0 ? '{}, {}' : `${place(packed)}, "${sha256(packed)}"`;
  rows.push({
    url,
    row: `    {"${url}", "${type}", http::surface::${surface},\n     "${sha256(content)}",\n     ${identity}, ${br}},\n`,
  });
}
rows.sort((a, b) => (a.url < b.url ? -1 : 1)); // as asset.hpp says: the server searches by halves

const bin = Buffer.concat(contents);
await mkdir(out, { recursive: true });
await writeFile(path.join(out, 'pages.bin'), bin);
await writeFile(
  path.join(out, 'pages.S'),
  `/* Generated from client-web. pages.bin: ${sha256(bin)} */
    .section .rodata.changgu_pages,"a",@progbits
    .globl changgu_pages
    .type changgu_pages, @object
    .size changgu_pages, ${bin.length}
    .balign 16
changgu_pages:
    .incbin "pages.bin"
    .section .note.GNU-stack,"",@progbits
`,
);
await writeFile(
  path.join(out, 'pages.cpp'),
  `// Generated from client-web.
#include "server/assets/asset.hpp"

#include <array>

extern "C" const changgu::crypto::byte changgu_pages[${bin.length}];

namespace changgu::assets {
namespace {
constexpr std::array<asset, ${rows.length}> table{{
${rows.map(({ row }) => row).join('')}}};
} // namespace

std::span<const asset> all() noexcept {
    return table;
}

} // namespace changgu::assets
`,
);
