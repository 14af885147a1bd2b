// What a submission proves while the channel is under load: that somebody computed for it.
//
//   seed     = H(32, "changgu/work/v1", org, nonce, id)        id: the envelope's or the blob's
//   solution s, 8 bytes: Argon2id(seed ‖ s, salt, t = 1, m = 16 MiB) begins with `bits` zero bits,
//              salt = H(32, "changgu/work-salt/v1", nonce)[0..16]
//   ticket   t, 8 bytes: H(32, "changgu/work-ticket/v1", seed, s, t) begins with 16 zero bits
//   header   = b64(nonce 32 ‖ t 8 ‖ s 8); byte 8 of the nonce is `bits`
//
// Both searches begin at a random value, so that the result does not tell how fast the device is. The ticket is what makes a false claim cost its sender about as much as looking at the solution costs the server.
import { byteAt, concat, fromBase64, toBase64, utf8 } from './bytes';
import { fail } from './errc';
import { H } from './hash';
import { label } from './labels';
import { argon2id, randomBytes, sodium } from './sodium';

const memory = 16 << 20;
const ticketBits = 16;
const headerLength = 64;
const ticketsAStep = 512; // takes about as long as one attempt at a solution

/** Whether `hash` begins with that many zero bits. */
export function beginsWithZeros(hash: Uint8Array, bits: number): boolean {
  const whole = bits >> 3;
  for (let i = 0; i < whole; ++i) if (hash[i] !== 0) return false;
  const rest = bits & 7;
  return rest === 0 || (hash[whole] ?? 0xff) >> (8 - rest) === 0;
}

const workSeed = (org: Uint8Array, nonce: Uint8Array, id: Uint8Array) => H(32, label.work, org, nonce, id);
const workSalt = (nonce: Uint8Array) => H(32, label.workSalt, nonce).subarray(0, 16);
const isSolution = (hashed: Uint8Array, salt: Uint8Array, bits: number) =>
  beginsWithZeros(argon2id(hashed, salt, 1, memory), bits);
const isTicket = (hashed: Uint8Array) =>
  beginsWithZeros(sodium.crypto_generichash(32, hashed, null), ticketBits);

/** What the server finds. Errors: bad_length, bad_encoding, bad_ticket, not_enough_work. */
export function checkWork(org: Uint8Array, id: Uint8Array, header: string): void {
  if (header.length !== headerLength) fail('bad_length');
  const proof = fromBase64(header);
  if (proof.length !== 48) fail('bad_length');
  const [nonce, ticket, solution] = [proof.subarray(0, 32), proof.subarray(32, 40), proof.subarray(40)];
  const seed = workSeed(org, nonce, id);
  if (!isTicket(concat(utf8(label.workTicket), seed, solution, ticket))) fail('bad_ticket');
  if (!isSolution(concat(seed, solution), workSalt(nonce), bitsOf(nonce))) fail('not_enough_work');
}

/** How much work a nonce asks for. */
export const bitsOf = (nonce: Uint8Array) => byteAt(nonce, 8);

/** Counts up in the last 8 bytes of what is hashed. */
class Counter {
  private readonly view: DataView;
  readonly hashed: Uint8Array;

  constructor(...before: Uint8Array[]) {
    this.hashed = concat(...before, randomBytes(8));
    this.view = new DataView(this.hashed.buffer, this.hashed.length - 8);
  }
  advance(): void {
    this.view.setBigUint64(0, this.view.getBigUint64(0) + 1n);
  }
  get value(): Uint8Array {
    return this.hashed.slice(-8);
  }
}

/** A search in steps of some 20 ms, so that whoever runs it can do something else in between. */
export class WorkSearch {
  /** Solutions tried. The next one is the last with the same chance, 2^-bits, whatever was tried before. */
  attempts = 0;
  private readonly seed: Uint8Array;
  private readonly salt: Uint8Array;
  private readonly solutions: Counter;
  private tickets: Counter | undefined;

  constructor(
    org: Uint8Array,
    id: Uint8Array,
    private readonly nonce: Uint8Array,
  ) {
    this.seed = workSeed(org, nonce, id);
    this.salt = workSalt(nonce);
    this.solutions = new Counter(this.seed);
  }

  get bits(): number {
    return bitsOf(this.nonce);
  }
  /** The solution is there; the ticket is what is left. */
  get solved(): boolean {
    return this.tickets !== undefined;
  }

  /** The header's value, once it is found. */
  step(): string | undefined {
    if (this.tickets !== undefined) return this.tryTickets(this.tickets);
    ++this.attempts;
    if (isSolution(this.solutions.hashed, this.salt, this.bits))
      this.tickets = new Counter(utf8(label.workTicket), this.seed, this.solutions.value);
    else this.solutions.advance();
    return undefined;
  }

  private tryTickets(tickets: Counter): string | undefined {
    for (let i = 0; i < ticketsAStep; ++i) {
      if (isTicket(tickets.hashed)) return toBase64(concat(this.nonce, tickets.value, this.solutions.value));
      tickets.advance();
    }
    return undefined;
  }
}
