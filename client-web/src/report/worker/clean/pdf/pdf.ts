// PDF without who, when and with what it was made: every object that the catalogue leads to is cleaned and written anew,
// with a plain cross-reference table behind. What nothing leads to any more, such as older versions, is left behind.
import type { Removal } from '../../../contract';
import {
  fromLatin1,
  join,
  latin1,
  NotCleanable,
  notReadable,
  startsWith,
  unzlib,
  type Findings,
} from '../bytes';
import { strip } from '../images';
import { readXmp } from '../metadata';
import { lastOfPath } from '../office';
import {
  isDict,
  isName,
  isStream,
  Name,
  Ref,
  Text,
  Word,
  type Dict,
  type Indirect,
  type Stream,
  type Value,
} from './objects';
import { Document } from './read';

const info: Record<string, Removal> = {
  Author: 'author',
  Creator: 'software',
  Producer: 'software',
  CreationDate: 'times',
  ModDate: 'times',
  Title: 'title',
  Subject: 'title',
  Keywords: 'title',
};

/** Keys that say nothing about what is on the page, in whatever object they stand. */
const droppedKeys: Record<string, Removal> = {
  Metadata: 'xmp',
  PieceInfo: 'other_metadata',
  LastModified: 'times',
  Thumb: 'thumbnail',
  SpiderInfo: 'other_metadata',
};

const hiddenKeys = new Set([
  'EmbeddedFiles',
  'EF',
  'AF',
  'JavaScript',
  'JS',
  'OCProperties',
  'XFA',
  'Collection',
]);

/** The cleaned file. Errors: NotCleanable; anything else is damage. */
export function cleanPdf(bytes: Uint8Array, found: Findings): Uint8Array {
  const document = new Document(bytes);
  if (document.trailer.has('Encrypt')) throw new NotCleanable('encrypted');
  const root = document.trailer.get('Root');
  if (!(root instanceof Ref)) throw notReadable();
  reportTrailer(document, found.removed);

  const cleaner = new Cleaner(document, found);
  const numbers = new Map<number, number>([[root.number, 1]]);
  const queue = [root.number];
  const refer = (number: number): number | undefined => {
    const known = numbers.get(number);
    if (known !== undefined || document.object(number) === undefined) return known;
    queue.push(number);
    numbers.set(number, queue.length);
    return queue.length;
  };

  const version = /^%PDF-(1\.[0-7]|2\.0)/.exec(latin1(bytes.subarray(0, 8)))?.[1] ?? '1.7';
  const parts = [fromLatin1(`%PDF-${version}\n%\xe2\xe3\xcf\xd3\n`)];
  const offsets: number[] = [];
  let size = parts[0]?.length ?? 0;
  for (let index = 0; index < queue.length; index++) {
    const object = document.object(queue[index] ?? 0);
    if (object === undefined) throw notReadable();
    const body = write(cleaner.clean(object), refer);
    const part = join([fromLatin1(`${index + 1} 0 obj\n`), body, fromLatin1('\nendobj\n')]);
    offsets.push(size);
    size += part.length;
    parts.push(part);
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  parts.push(
    fromLatin1(
      `xref\n0 ${offsets.length + 1}\n0000000000 65535 f \n${table}` +
        `trailer\n<< /Size ${offsets.length + 1} /Root 1 0 R >>\nstartxref\n${size}\n%%EOF\n`,
    ),
  );
  return join(parts);
}

function reportTrailer(document: Document, removed: Set<Removal>): void {
  for (const key of document.dictOf(document.trailer.get('Info'))?.keys() ?? []) {
    removed.add(info[key] ?? 'other_metadata');
  }
  if (document.trailer.has('ID')) removed.add('revision_ids');
  const text = latin1(document.bytes);
  if (text.indexOf('%%EOF') !== text.lastIndexOf('%%EOF') && !text.slice(0, 2048).includes('/Linearized')) {
    removed.add('other_metadata'); // older versions of the file
  }
}

class Cleaner {
  constructor(
    private readonly document: Document,
    private readonly found: Findings,
  ) {}

  clean(object: Indirect): Indirect {
    if (!isStream(object)) return this.value(object);
    const dict = this.dict(object.dict);
    return this.picture(dict, object) ?? { dict, data: object.data };
  }

  private value(value: Value): Value {
    if (Array.isArray(value)) return value.map((one) => this.value(one));
    return isDict(value) ? this.dict(value) : value;
  }

  private dict(dict: Dict): Dict {
    const { removed, residue } = this.found;
    const get = (key: string) => this.document.resolve(dict.get(key));
    const signature =
      isName(get('Type'), 'Sig') || isName(get('Type'), 'DocTimeStamp') || isName(get('FT'), 'Sig');
    if (
      (signature && (dict.has('Contents') || dict.has('V'))) ||
      (dict.has('ByteRange') && dict.has('Contents'))
    ) {
      throw new NotCleanable('signed');
    }
    const optional = isName(get('Type'), 'OCG') || isName(get('Type'), 'OCMD');
    const script = isName(get('S'), 'JavaScript') || isName(get('Subtype'), 'FileAttachment');
    if (optional || script) residue.add('hidden_content');
    if (isName(get('Subtype'), 'Image') && this.hasFilter(dict, 'JPXDecode')) residue.add('unknown_type');

    const annotation = dict.has('Rect') && dict.has('Subtype');
    const file = isName(get('Type'), 'Filespec') || isName(get('Type'), 'F');
    const action = isName(get('S'), 'Launch') || isName(get('S'), 'GoToR') || isName(get('S'), 'ImportData');
    const clean: Dict = new Map();
    for (const [key, value] of dict) {
      const what = droppedKeys[key];
      if (what !== undefined && !this.isResource(dict, value, what)) {
        removed.add(what);
        if (what === 'xmp') this.readXmp(value);
      } else if (annotation && key === 'T' && !isName(get('Subtype'), 'Widget'))
        removed.add('comment_authors');
      else if (annotation && (key === 'M' || key === 'CreationDate')) removed.add('times');
      else if (annotation && key === 'NM') removed.add('revision_ids');
      else {
        if (hiddenKeys.has(key)) residue.add('hidden_content');
        const pathKey = (file || action) && /^(?:F|UF|DOS|Unix|Mac)$/.test(key);
        const path = pathKey || key === 'URI' ? this.document.resolve(value) : undefined;
        const web = pathKey ? /^(?:https?|ftp):/i : /^(?!file:|[A-Za-z]:[\\/])/i;
        if (path instanceof Text && !web.test(path.bytes)) {
          clean.set(key, new Text(lastOfPath(path.bytes)));
          if (lastOfPath(path.bytes) !== path.bytes) removed.add('other_metadata');
        } else clean.set(key, this.value(value));
      }
    }
    return clean;
  }

  /** A dictionary of resources may happen to call a font or picture like one of the dropped keys. */
  private isResource(dict: Dict, value: Value, what: Removal): boolean {
    if (what !== 'xmp' && what !== 'thumbnail') return false;
    const type = this.document.resolve(this.document.dictOf(value)?.get('Type'));
    return !dict.has('Type') && (isName(type, 'Font') || isName(type, 'XObject'));
  }

  private readXmp(value: Value): void {
    const stream = this.document.resolve(value);
    if (!isStream(stream)) return;
    try {
      readXmp(this.document.decode(stream), this.found.removed);
    } catch {
      // It goes in any case.
    }
  }

  private filters(dict: Dict): Indirect[] {
    const filter = this.document.resolve(dict.get('Filter'));
    if (filter === undefined) return [];
    return Array.isArray(filter) ? filter.map((one) => this.document.resolve(one) ?? one) : [filter];
  }

  private hasFilter(dict: Dict, name: string): boolean {
    return this.filters(dict).some((filter) => isName(filter, name));
  }

  /** A JPEG in a PDF carries what JPEGs carry. */
  private picture(dict: Dict, { data }: Stream): Stream | undefined {
    const filters = this.filters(dict);
    if (!isName(filters.at(-1), 'DCTDecode') && !isName(filters.at(-1), 'DCT')) return undefined;
    const deflated = filters.length === 2 && isName(filters[0], 'FlateDecode');
    if (filters.length > 1 && !deflated) throw notReadable();
    const jpeg = deflated ? unzlib(data, 100 * 1024 * 1024) : data;
    if (!startsWith(jpeg, '\xff\xd8\xff')) throw notReadable();
    const { bytes } = strip('jpeg', jpeg, this.found.removed);
    const clean = new Map(dict);
    clean.set('Filter', new Name('DCTDecode'));
    if (deflated) clean.delete('DecodeParms');
    return { dict: clean, data: bytes };
  }
}

function write(object: Indirect, refer: (number: number) => number | undefined): Uint8Array {
  if (!isStream(object)) return fromLatin1(spell(object, refer));
  const dict = new Map(object.dict);
  for (const key of ['Length', 'F', 'FFilter', 'FDecodeParms', 'DL']) dict.delete(key);
  dict.set('Length', new Word(String(object.data.length)));
  return join([fromLatin1(`${spell(dict, refer)}\nstream\n`), object.data, fromLatin1('\nendstream')]);
}

function spell(value: Value, refer: (number: number) => number | undefined): string {
  if (value instanceof Word) return value.text;
  if (value instanceof Ref) {
    const number = refer(value.number);
    return number === undefined ? 'null' : `${number} 0 R`;
  }
  if (value instanceof Name) return `/${value.text.replace(/[^!$&'*-.0-;=?-Z\\^-z|~]/g, hexadecimal)}`;
  if (value instanceof Text) {
    if (!/^[\n\r\t -~]*$/.test(value.bytes))
      return `<${value.bytes.replace(/[^]/g, (byte) => hexadecimal(byte).slice(1))}>`;
    return `(${value.bytes.replace(/[\\()]/g, '\\$&').replaceAll('\r', '\\r')})`;
  }
  if (Array.isArray(value)) return `[${value.map((one) => spell(one, refer)).join(' ')}]`;
  return `<< ${[...value].map(([key, one]) => `${spell(new Name(key), refer)} ${spell(one, refer)}`).join(' ')} >>`;
}

const hexadecimal = (byte: string) => `#${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
