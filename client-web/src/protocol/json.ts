// JSON as the protocol allows it (section 3.5): UTF-8, no duplicate keys, nesting of at most 16, numbers that are
// integers every language represents exactly. JSON.parse keeps the last of two equal keys where another reader may
// keep the first, and rounds; hence a parser of our own. Readers take members by name and ignore the rest.
import { fromBase64, fromUtf8, utf8 } from './bytes';
import { fail } from './errc';

export type Json = null | boolean | number | string | Json[] | JsonObject;
/** Without a prototype when parsed, so that no key means anything but itself. */
export interface JsonObject {
  [key: string]: Json;
}

const maxDepth = 16;
const maxKeyBytes = 256;

/** One JSON object, whole. The caller bounds the size first. Errors: bad_json. */
export function parseJson(text: Uint8Array | string): JsonObject {
  let source: string;
  try {
    source = typeof text === 'string' ? text : fromUtf8(text);
  } catch {
    return fail('bad_json');
  }
  return new Parser(source).document();
}

class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  document(): JsonObject {
    this.blanks();
    if (this.text[this.at] !== '{') return fail('bad_json');
    const object = this.object(1);
    this.blanks();
    return this.at === this.text.length ? object : fail('bad_json');
  }

  private blanks(): void {
    this.match(/[ \t\r\n]*/y);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  private take(symbol: string): boolean {
    this.blanks();
    if (this.text[this.at] !== symbol) return false;
    ++this.at;
    return true;
  }

  private value(depth: number): Json {
    this.blanks();
    const first = this.text[this.at];
    if (first === '{') return this.object(depth + 1);
    if (first === '[') return this.array(depth + 1);
    if (first === '"') return this.string();
    const word = this.match(/true|false|null/y);
    if (word !== undefined) return word === 'null' ? null : word === 'true';
    return this.integer();
  }

  private object(depth: number): JsonObject {
    if (depth > maxDepth) return fail('bad_json');
    const object = Object.create(null) as JsonObject;
    ++this.at;
    if (this.take('}')) return object;
    do {
      this.blanks();
      const key = this.string();
      if (Object.hasOwn(object, key) || utf8(key).length > maxKeyBytes) return fail('bad_json');
      if (!this.take(':')) return fail('bad_json');
      object[key] = this.value(depth);
    } while (this.take(','));
    return this.take('}') ? object : fail('bad_json');
  }

  private array(depth: number): Json[] {
    if (depth > maxDepth) return fail('bad_json');
    const array: Json[] = [];
    ++this.at;
    if (this.take(']')) return array;
    do array.push(this.value(depth));
    while (this.take(','));
    return this.take(']') ? array : fail('bad_json');
  }

  private integer(): number {
    const digits = this.match(/-?(?:0|[1-9][0-9]{0,15})(?![0-9.eE])/y);
    const n = digits === undefined ? NaN : Number(digits);
    // `+ 0` makes one zero of two.
    return Number.isSafeInteger(n) ? n + 0 : fail('bad_json');
  }

  private string(): string {
    if (this.text[this.at] !== '"') return fail('bad_json');
    ++this.at;
    let out = '';
    for (;;) {
      // eslint-disable-next-line no-control-regex -- control characters are what must not be there
      out += this.match(/[^"\\\u0000-\u001f]*/y) ?? '';
      if (this.text[this.at] === '"') {
        ++this.at;
        return out;
      }
      out += this.escape();
    }
  }

  private escape(): string {
    const simple = this.match(/\\["\\/bfnrt]/y);
    if (simple !== undefined) return escapes[simple.charAt(1)] ?? fail('bad_json');
    // A lone surrogate is no character: either both halves of a pair, or a unit that is no half.
    const units = this.match(
      /\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}/y,
    );
    if (units === undefined) return fail('bad_json');
    const codes = units.split('\\u').slice(1);
    return String.fromCharCode(...codes.map((code) => parseInt(code, 16)));
  }
}

const escapes: Partial<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** The members of one object, by name. All fail with bad_field: absent, of another type, or out of bounds. */
export class Members {
  constructor(readonly json: JsonObject) {}

  static parse(text: Uint8Array | string): Members {
    return new Members(parseJson(text));
  }

  has(name: string): boolean {
    return Object.hasOwn(this.json, name);
  }

  /** At most `maxBytes` of UTF-8. */
  string(name: string, maxBytes: number): string {
    const value = this.member(name);
    return typeof value === 'string' && withinBytes(value, maxBytes) ? value : fail('bad_field');
  }
  /** An absent member reads as ''. */
  optionalString(name: string, maxBytes: number): string {
    return this.has(name) ? this.string(name, maxBytes) : '';
  }

  integer(name: string, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.member(name);
    return typeof value === 'number' && value >= 0 && value <= max ? value : fail('bad_field');
  }
  integerOr(name: string, absent: number, max: number = Number.MAX_SAFE_INTEGER): number {
    return this.has(name) ? this.integer(name, max) : absent;
  }

  /** A base64 member of exactly `size` bytes. */
  bytes(name: string, size: number): Uint8Array {
    return readBytes(this.member(name), size);
  }

  object(name: string): Members {
    return asMembers(this.member(name));
  }
  array(name: string, maxItems: number): Json[] {
    const value = this.member(name);
    return Array.isArray(value) && value.length <= maxItems ? value : fail('bad_field');
  }
  objects(name: string, maxItems: number): Members[] {
    return this.array(name, maxItems).map(asMembers);
  }
  strings(name: string, maxItems: number, maxBytes: number): string[] {
    return this.array(name, maxItems).map((item) =>
      typeof item === 'string' && withinBytes(item, maxBytes) ? item : fail('bad_field'),
    );
  }
  /** Integers of 32 bits, exactly as listed. */
  numbers(name: string, maxItems: number): number[] {
    return this.array(name, maxItems).map((item) =>
      typeof item === 'number' && item >= 0 && item <= 0xffff_ffff ? item : fail('bad_field'),
    );
  }
  /** Base64 items of exactly `size` bytes each. */
  bytesList(name: string, maxItems: number, size: number): Uint8Array[] {
    return this.array(name, maxItems).map((item) => readBytes(item, size));
  }

  private member(name: string): Json | undefined {
    return Object.hasOwn(this.json, name) ? this.json[name] : undefined;
  }
}

function asMembers(value: Json | undefined): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? new Members(value)
    : fail('bad_field');
}

function readBytes(value: Json | undefined, size: number): Uint8Array {
  if (typeof value !== 'string' || value.length !== Math.ceil(size / 3) * 4) return fail('bad_field');
  let raw: Uint8Array;
  try {
    raw = fromBase64(value);
  } catch {
    return fail('bad_field');
  }
  return raw.length === size ? raw : fail('bad_field');
}

/** Serialises. Half a surrogate pair, which no reader would take, becomes U+FFFD. */
export function writeJson(object: JsonObject): string {
  return JSON.stringify(object, (_key, value: Json) =>
    typeof value === 'string' ? fromUtf8(utf8(value)) : value,
  );
}

/** Whether the text's UTF-8 has at most `max` bytes. */
export function withinBytes(text: string, max: number): boolean {
  return text.length <= max && utf8(text).length <= max;
}
