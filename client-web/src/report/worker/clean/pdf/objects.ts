// PDF's objects: their shapes, and a parser of bytes from outside.
import { latin1, notReadable } from '../bytes';

export class Name {
  constructor(readonly text: string) {} // as written, escapes (#xx) undone
}
export class Text {
  constructor(readonly bytes: string) {} // one UTF-16 unit a byte
}
export class Ref {
  constructor(readonly number: number) {}
}
/** Numbers keep their spelling; `true`, `false` and `null` are words as well. */
export class Word {
  constructor(readonly text: string) {}
}
export type Dict = Map<string, Value>;
export type Value = Name | Text | Ref | Word | Value[] | Dict;
export interface Stream {
  dict: Dict;
  data: Uint8Array;
}
export type Indirect = Value | Stream;

export const isDict = (value: Indirect | undefined): value is Dict => value instanceof Map;
export const isStream = (value: Indirect | undefined): value is Stream =>
  value !== undefined && typeof value === 'object' && 'dict' in value;
export const isName = (value: Indirect | undefined, text: string) =>
  value instanceof Name && value.text === text;

/** A whole number that is not negative, or undefined. */
export function natural(value: Indirect | undefined): number | undefined {
  return value instanceof Word && /^\+?\d{1,10}$/.test(value.text) ? Number(value.text) : undefined;
}

const maxDepth = 100;
const space = new Set([0, 9, 10, 12, 13, 32]);
const delimiters = new Set(Array.from('()<>[]{}/%', (character) => character.charCodeAt(0)));

export class Parser {
  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
  ) {}

  skipSpace(): void {
    for (; this.at < this.bytes.length; this.at++) {
      const byte = this.bytes[this.at] ?? 0;
      if (byte === 37) {
        while (this.at < this.bytes.length && this.bytes[this.at] !== 10 && this.bytes[this.at] !== 13)
          this.at++;
      } else if (!space.has(byte)) return;
    }
  }

  /** The next run of regular characters; '' before a delimiter or the end. */
  word(): string {
    this.skipSpace();
    const from = this.at;
    while (this.at < this.bytes.length) {
      const byte = this.bytes[this.at] ?? 0;
      if (space.has(byte) || delimiters.has(byte)) break;
      this.at++;
    }
    if (this.at - from > 4096) throw notReadable();
    return latin1(this.bytes.subarray(from, this.at));
  }

  /** Consumes `word` if it is next. */
  accept(word: string): boolean {
    const before = this.at;
    if (this.word() === word) return true;
    this.at = before;
    return false;
  }

  value(depth = 0): Value {
    if (depth > maxDepth) throw notReadable();
    this.skipSpace();
    const byte = this.bytes[this.at];
    const next = this.bytes[this.at + 1];
    if (byte === 47) {
      this.at++;
      const from = this.at;
      const name = this.bytes[from] !== undefined && space.has(this.bytes[from]) ? '' : this.word();
      return new Name(
        name.replace(/#([0-9a-fA-F]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16))),
      );
    }
    if (byte === 40) return this.literal();
    if (byte === 60 && next === 60) return this.dict(depth);
    if (byte === 60) return this.hexadecimal();
    if (byte === 91) return this.array(depth);
    const word = this.word();
    if (/^\d{1,10}$/.test(word)) {
      const before = this.at;
      const generation = this.word();
      if (/^\d{1,5}$/.test(generation) && this.accept('R')) return new Ref(Number(word));
      this.at = before;
    }
    if (!/^(?:[+-]{0,2}(?:\d+\.?[\d-]*|\.\d+)|true|false|null)$/.test(word)) throw notReadable();
    return new Word(word);
  }

  private array(depth: number): Value[] {
    const values: Value[] = [];
    this.at++;
    for (;;) {
      this.skipSpace();
      if (this.bytes[this.at] === 93) break;
      values.push(this.value(depth + 1));
    }
    this.at++;
    return values;
  }

  private dict(depth: number): Dict {
    const dict: Dict = new Map();
    this.at += 2;
    for (;;) {
      this.skipSpace();
      if (this.bytes[this.at] === 62 && this.bytes[this.at + 1] === 62) break;
      if (this.bytes[this.at] !== 47) throw notReadable();
      const key = this.value(depth + 1);
      const value = this.value(depth + 1);
      if (key instanceof Name) dict.set(key.text, value);
    }
    this.at += 2;
    return dict;
  }

  private hexadecimal(): Text {
    const end = this.bytes.indexOf(62, this.at);
    if (end < 0) throw notReadable();
    const digits = latin1(this.bytes.subarray(this.at + 1, end)).replace(/[\0\t\n\f\r ]/g, '');
    if (!/^[0-9a-fA-F]*$/.test(digits)) throw notReadable();
    this.at = end + 1;
    const even = digits.length % 2 === 0 ? digits : `${digits}0`;
    return new Text(even.replace(/../g, (pair) => String.fromCharCode(parseInt(pair, 16))));
  }

  private literal(): Text {
    const out: number[] = [];
    const escapes: Record<string, number> = { n: 10, r: 13, t: 9, b: 8, f: 12 };
    let open = 1;
    for (this.at++; ; this.at++) {
      let byte = this.bytes[this.at];
      if (byte === undefined) throw notReadable();
      if (byte === 40) open++;
      else if (byte === 41 && --open === 0) break;
      else if (byte === 13) {
        if (this.bytes[this.at + 1] === 10) this.at++;
        byte = 10;
      } else if (byte === 92) {
        this.at++;
        const escaped = this.bytes[this.at];
        if (escaped === undefined) throw notReadable();
        if (escaped === 13 && this.bytes[this.at + 1] === 10) this.at++;
        if (escaped === 13 || escaped === 10) continue;
        if (escaped >= 48 && escaped <= 55) {
          const digits = /^[0-7]{1,3}/.exec(latin1(this.bytes.subarray(this.at, this.at + 3)))?.[0] ?? '0';
          this.at += digits.length - 1;
          byte = parseInt(digits, 8) & 255;
        } else byte = escapes[String.fromCharCode(escaped)] ?? escaped;
      }
      out.push(byte);
    }
    this.at++;
    return new Text(latin1(Uint8Array.from(out)));
  }
}
