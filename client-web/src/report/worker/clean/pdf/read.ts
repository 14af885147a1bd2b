// Finding the objects of a PDF file: by its cross-reference tables and streams, or, where those are broken, by looking
// through the whole file.
import { latin1, notReadable, NotCleanable, startsWith, unzlib } from '../bytes';
import {
  isDict,
  isName,
  isStream,
  natural,
  Parser,
  Ref,
  type Dict,
  type Indirect,
  type Stream,
  type Value,
} from './objects';

const maxObjects = 300_000;
const maxInflated = 100 * 1024 * 1024; // of cross-reference and object streams together

type Place = { offset: number } | { container: number };

export class Document {
  readonly trailer: Dict = new Map();
  private readonly places = new Map<number, Place | null>(); // null: freed
  private readonly objects = new Map<number, Indirect>();
  private readonly containers = new Map<number, Map<number, Value>>();
  private readonly loading = new Set<number>();
  private inflated = 0;

  /** Errors: NotCleanable. */
  constructor(readonly bytes: Uint8Array) {
    try {
      this.followTables();
      if (!isDict(this.resolve(this.dictOf(this.trailer.get('Root'))?.get('Pages')))) throw notReadable();
    } catch (error) {
      if (error instanceof NotCleanable && error.residue !== 'not_readable') throw error;
      this.scan();
    }
  }

  /** What a reference leads to (through no more than ten others); undefined where that is nothing. */
  resolve(value: Indirect | undefined): Indirect | undefined {
    let result = value;
    for (let steps = 0; result instanceof Ref; steps++) {
      if (steps > 10) throw notReadable();
      result = this.object(result.number);
    }
    return result;
  }

  dictOf(value: Indirect | undefined): Dict | undefined {
    const found = this.resolve(value);
    if (isStream(found)) return found.dict;
    return isDict(found) ? found : undefined;
  }

  object(number: number): Indirect | undefined {
    const known = this.objects.get(number);
    if (known !== undefined) return known;
    const place = this.places.get(number);
    if (place === undefined || place === null) return undefined;
    if (this.loading.has(number)) throw notReadable();
    this.loading.add(number);
    let value: Indirect | undefined;
    if ('container' in place) value = this.contained(place.container).get(number);
    else {
      const found = this.readAt(place.offset);
      if (found.number !== number) throw notReadable();
      value = found.value;
    }
    this.loading.delete(number);
    if (value !== undefined) this.objects.set(number, value);
    return value;
  }

  /** Undoes the filters of a stream of the file's own structure: none, or Flate with PNG's predictors. */
  decode(stream: Stream): Uint8Array {
    const filter = this.resolve(stream.dict.get('Filter'));
    const filters = Array.isArray(filter)
      ? filter.map((one) => this.resolve(one))
      : filter === undefined
        ? []
        : [filter];
    if (filters.length === 0) return stream.data;
    if (filters.length > 1 || !isName(filters[0], 'FlateDecode')) throw notReadable();
    const data = unzlib(stream.data, maxInflated - this.inflated);
    this.inflated += data.length;
    const given = this.resolve(stream.dict.get('DecodeParms'));
    const parameters = this.dictOf(Array.isArray(given) ? given[0] : given);
    const predictor = natural(this.resolve(parameters?.get('Predictor'))) ?? 1;
    if (predictor === 1) return data;
    const columns = natural(this.resolve(parameters?.get('Columns'))) ?? 1;
    if (predictor < 10 || parameters?.has('Colors') || parameters?.has('BitsPerComponent'))
      throw notReadable();
    return unpredict(data, columns);
  }

  private contained(number: number): Map<number, Value> {
    const known = this.containers.get(number);
    if (known !== undefined) return known;
    const stream = this.object(number);
    if (!isStream(stream) || !isName(stream.dict.get('Type'), 'ObjStm')) throw notReadable();
    const count = natural(this.resolve(stream.dict.get('N'))) ?? 0;
    const first = natural(this.resolve(stream.dict.get('First'))) ?? 0;
    if (count > maxObjects) throw notReadable();
    const parser = new Parser(this.decode(stream));
    const heads: [number, number][] = [];
    for (let index = 0; index < count; index++) heads.push([Number(parser.word()), Number(parser.word())]);
    const values = new Map<number, Value>();
    for (const [object, offset] of heads) {
      parser.at = first + offset;
      values.set(object, parser.value());
    }
    this.containers.set(number, values);
    return values;
  }

  /** Reads `n g obj …`. `lenient`: a stream's length may be wrong, its end is looked for. */
  private readAt(offset: number, lenient = false): { number: number; value: Indirect; end: number } {
    const parser = new Parser(this.bytes, offset);
    const number = Number(parser.word());
    const generation = Number(parser.word());
    if (!Number.isSafeInteger(number) || !Number.isInteger(generation) || !parser.accept('obj'))
      throw notReadable();
    const value = parser.value();
    if (!isDict(value) || !parser.accept('stream')) return { number, value, end: parser.at };
    let from = parser.at;
    if (this.bytes[from] === 13) from++;
    if (this.bytes[from] === 10) from++;
    const length = lenient ? natural(value.get('Length')) : natural(this.resolve(value.get('Length')));
    let end = from + (length ?? 0);
    parser.at = end;
    if (length === undefined || end > this.bytes.length || !parser.accept('endstream')) {
      if (!lenient) throw notReadable();
      end = indexOf(this.bytes, 'endstream', from);
      if (end < 0) throw notReadable();
      parser.at = end + 9;
      if (this.bytes[end - 1] === 10) end--;
      if (this.bytes[end - 1] === 13) end--;
    }
    return { number, value: { dict: value, data: this.bytes.subarray(from, end) }, end: parser.at };
  }

  private followTables(): void {
    const tail = latin1(this.bytes.subarray(-2048));
    const start = /startxref\s{1,8}(\d{1,10})\s{1,8}%%EOF/.exec(
      tail.slice(Math.max(0, tail.lastIndexOf('startxref'))),
    );
    const queue = [Number(start?.[1] ?? NaN)];
    const seen = new Set<number>();
    for (let offset = queue.shift(); offset !== undefined; offset = queue.shift()) {
      if (!Number.isSafeInteger(offset) || offset >= this.bytes.length) throw notReadable();
      if (seen.has(offset)) continue;
      seen.add(offset);
      const parser = new Parser(this.bytes, offset);
      const dict = parser.accept('xref') ? this.readTable(parser) : this.readXrefStream(offset);
      for (const [key, value] of dict) if (!this.trailer.has(key)) this.trailer.set(key, value);
      const previous = natural(dict.get('Prev'));
      if (previous !== undefined) queue.push(previous);
    }
  }

  private place(number: number, place: Place | null): void {
    if (this.places.has(number)) return; // newer ones come first
    if (this.places.size >= maxObjects) throw new NotCleanable('too_large_to_clean');
    this.places.set(number, place);
  }

  private readTable(parser: Parser): Dict {
    const entries: [number, Place | null][] = [];
    while (!parser.accept('trailer')) {
      const first = Number(parser.word());
      const count = Number(parser.word());
      if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count)) throw notReadable();
      for (let index = 0; index < count; index++) {
        const offset = Number(parser.word());
        parser.word();
        const state = parser.word();
        if (!Number.isSafeInteger(offset) || (state !== 'n' && state !== 'f')) throw notReadable();
        entries.push([first + index, state === 'n' && offset > 0 ? { offset } : null]);
      }
    }
    const trailer = parser.value();
    if (!isDict(trailer)) throw notReadable();
    // A hybrid file's stream has places for objects that its table calls free.
    const stream = natural(trailer.get('XRefStm'));
    if (stream !== undefined) this.readXrefStream(stream);
    for (const [number, place] of entries) this.place(number, place);
    return trailer;
  }

  private readXrefStream(offset: number): Dict {
    const { value } = this.readAt(offset);
    if (!isStream(value) || !isName(value.dict.get('Type'), 'XRef')) throw notReadable();
    const numbers = (key: string) => {
      const list = value.dict.get(key);
      return Array.isArray(list) ? list.map((one) => natural(one) ?? NaN) : undefined;
    };
    const [w0 = NaN, w1 = NaN, w2 = NaN] = numbers('W') ?? [];
    const width = w0 + w1 + w2;
    if (!(width > 0 && width < 24)) throw notReadable();
    const data = this.decode(value);
    const field = (at: number, size: number) =>
      data.subarray(at, at + size).reduce((sum, byte) => sum * 256 + byte, 0);
    const index = numbers('Index') ?? [0, natural(value.dict.get('Size')) ?? NaN];
    let at = 0;
    for (let pair = 0; pair + 1 < index.length; pair += 2) {
      const [first = NaN, count = NaN] = index.slice(pair, pair + 2);
      for (let number = first; number < first + count; number++, at += width) {
        if (at + width > data.length) throw notReadable();
        const type = w0 === 0 ? 1 : field(at, w0);
        const second = field(at + w0, w1);
        this.place(number, type === 1 ? { offset: second } : type === 2 ? { container: second } : null);
      }
    }
    return value.dict;
  }

  /** Takes every object that stands in the file, the last of a number for the one that counts. */
  private scan(): void {
    for (const map of [this.places, this.objects, this.containers, this.trailer]) map.clear();
    this.loading.clear();
    const text = latin1(this.bytes);
    const head =
      /(?:^|[\r\n\0\t\f >])(\d{1,10}) {1,4}\d{1,5} {1,4}obj(?![a-z])|(?:^|[\r\n])\s{0,4}trailer(?=[\s<])/g;
    const containers: number[] = [];
    for (let match = head.exec(text); match !== null; match = head.exec(text)) {
      if (match[1] === undefined) {
        const trailer = new Parser(this.bytes, head.lastIndex).value();
        if (isDict(trailer)) for (const [key, value] of trailer) this.trailer.set(key, value);
        continue;
      }
      const offset = match.index + match[0].search(/\d/);
      const { number, value, end } = this.readAt(offset, true);
      if (this.objects.size >= maxObjects) throw new NotCleanable('too_large_to_clean');
      this.objects.set(number, value);
      head.lastIndex = Math.max(end - 1, head.lastIndex);
      if (!isStream(value)) continue;
      if (isName(value.dict.get('Type'), 'ObjStm')) containers.push(number);
      if (isName(value.dict.get('Type'), 'XRef'))
        for (const [key, one] of value.dict) this.trailer.set(key, one);
    }
    if (this.trailer.has('Encrypt')) return;
    for (const container of containers) {
      for (const [number, value] of this.contained(container))
        if (!this.objects.has(number)) this.objects.set(number, value);
    }
    if (!isDict(this.resolve(this.dictOf(this.trailer.get('Root'))?.get('Pages')))) throw notReadable();
  }
}

function indexOf(bytes: Uint8Array, word: string, from: number): number {
  const first = word.charCodeAt(0);
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (startsWith(bytes, word, at)) return at;
  }
  return -1;
}

/** Undoes PNG's row filters for one byte a pixel. */
function unpredict(data: Uint8Array, columns: number): Uint8Array {
  if (columns < 1 || columns > 65536) throw notReadable();
  const rows = Math.ceil(data.length / (columns + 1));
  const out = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const filter = data[row * (columns + 1)] ?? 0;
    for (let column = 0; column < columns; column++) {
      const raw = data[row * (columns + 1) + 1 + column] ?? 0;
      const at = row * columns + column;
      const left = column > 0 ? (out[at - 1] ?? 0) : 0;
      const up = row > 0 ? (out[at - columns] ?? 0) : 0;
      const corner = row > 0 && column > 0 ? (out[at - columns - 1] ?? 0) : 0;
      out[at] = raw + ([0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0);
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}
