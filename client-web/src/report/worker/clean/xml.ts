// A small reader and rewriter of XML: one pass, no entities beyond the five, no document types. It is strict about
// nesting, because what it cannot follow surely it must not claim to have cleaned.
import { NotCleanable, notReadable } from './bytes';

export interface Tag {
  name: string; // as written, with its prefix
  local: string; // without it
  parents: readonly string[]; // local names, outermost first
  attributes: Map<string, string>; // as written → value as escaped in the document
}

export interface Rewriter {
  /** Changes `tag.attributes` in place; 'drop' takes the element out with all that is in it. */
  open?(tag: Tag): 'drop' | undefined;
  /** Character data (escaped, CDATA included as escaped text) within the element whose local names are given. */
  text?(text: string, path: readonly string[]): string;
}

const maxDepth = 400;
const nameShape = /^[\p{L}_][\p{L}\p{N}._:·-]*$/u;
const utf8 = new TextDecoder('utf-8', { fatal: true });

export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

export function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** The document's text, its declaration taken off. */
export function decodeXml(bytes: Uint8Array): string {
  const mark = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  let text: string;
  if (mark === 0xfffe || mark === 0xfeff) {
    text = new TextDecoder(mark === 0xfffe ? 'utf-16le' : 'utf-16be', { fatal: true }).decode(bytes);
  } else text = utf8.decode(bytes);
  const declaration = /^\s*<\?xml\s[^>]{0,200}\?>/.exec(text);
  if (declaration === null) return text;
  const encoding = /encoding\s*=\s*["']([^"']*)/.exec(declaration[0])?.[1] ?? 'utf-8';
  if (!/^(?:utf-?8|utf-?16(?:le|be)?|us-ascii)$/i.test(encoding)) throw notReadable();
  return text.slice(declaration[0].length);
}

/** Rewrites a document; comments and processing instructions go. Errors: NotCleanable. */
export function rewriteXml(bytes: Uint8Array, rewriter: Rewriter): Uint8Array {
  const text = decodeXml(bytes);
  const out: string[] = ['<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'];
  const names: string[] = [];
  const path: string[] = [];
  let dropped = Infinity; // the depth from which everything is left out
  let roots = 0;
  const put = (part: string) => {
    if (path.length < dropped) out.push(part);
  };
  const putText = (part: string) => {
    if (path.length === 0) {
      if (part.trim() !== '') throw notReadable();
    } else if (part !== '' && path.length < dropped) out.push(rewriter.text?.(part, path) ?? part);
  };

  for (let at = 0; at < text.length;) {
    const open = text.indexOf('<', at);
    putText(text.slice(at, open < 0 ? text.length : open));
    if (open < 0) break;
    if (text.startsWith('<!--', open)) at = after(text, '-->', open + 4);
    else if (text.startsWith('<?', open)) at = after(text, '?>', open + 2);
    else if (text.startsWith('<![CDATA[', open)) {
      at = after(text, ']]>', open + 9);
      putText(escapeXml(text.slice(open + 9, at - 3)));
    } else if (text.startsWith('<!', open)) throw notReadable();
    else if (text.startsWith('</', open)) {
      at = after(text, '>', open + 2);
      const name = text.slice(open + 2, at - 1).trimEnd();
      if (names.pop() !== name) throw notReadable();
      put(`</${name}>`);
      path.pop();
      if (path.length < dropped) dropped = Infinity;
    } else {
      const tag = readTag(text, open + 1, path);
      at = tag.end;
      if (path.length === 0 && ++roots > 1) throw notReadable();
      if (path.length >= maxDepth) throw new NotCleanable('too_large_to_clean');
      if (dropped === Infinity && rewriter.open?.(tag) === 'drop') {
        if (path.length === 0) throw notReadable();
        if (!tag.empty) dropped = path.length + 1;
      } else {
        let line = `<${tag.name}`;
        for (const [name, value] of tag.attributes) line += ` ${name}="${value}"`;
        put(line + (tag.empty ? '/>' : '>'));
      }
      if (!tag.empty) {
        names.push(tag.name);
        path.push(tag.local);
      }
    }
  }
  if (names.length > 0 || roots === 0) throw notReadable();
  return new TextEncoder().encode(out.join(''));
}

function after(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  if (at < 0) throw notReadable();
  return at + mark.length;
}

const attributeShape = /\s+([^\s=<>"'/]{1,500})\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const tagEnd = /\s*(\/?)>/y;
const tagName = /[^\s<>/=]{1,500}/y;

function readTag(text: string, from: number, path: readonly string[]): Tag & { empty: boolean; end: number } {
  tagName.lastIndex = from;
  const name = tagName.exec(text)?.[0] ?? '';
  if (!nameShape.test(name)) throw notReadable();
  const attributes = new Map<string, string>();
  let at = from + name.length;
  for (;;) {
    attributeShape.lastIndex = at;
    const match = attributeShape.exec(text);
    if (match === null) break;
    const key = match[1] ?? '';
    if (!nameShape.test(key) || attributes.has(key)) throw notReadable();
    attributes.set(key, match[2] ?? (match[3] ?? '').replaceAll('"', '&quot;'));
    at = attributeShape.lastIndex;
  }
  tagEnd.lastIndex = at;
  const end = tagEnd.exec(text);
  if (end === null) throw notReadable();
  return {
    name,
    local: localName(name),
    parents: path,
    attributes,
    empty: end[1] === '/',
    end: tagEnd.lastIndex,
  };
}
