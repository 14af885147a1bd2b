// The receipt: ten bytes that a reporter keeps, and everything that follows from them. Nothing else is kept anywhere.
//
//   ten bytes   bit 0 (the lowest) of the first byte = "somebody was excluded"; the other 79 bits are random
//   + checksum  first byte of BLAKE2b-256("changgu/receipt-check/v1" ‖ the ten)
//   = 88 bits, big-endian: eight words, or 27 decimal digits
//
//   master = Argon2id13(ten bytes, first 16 bytes of BLAKE2b-256("changgu/receipt/v1" ‖ org), t = 3, m = 64 MiB)
//   author = sign_seed_keypair(kdf(master, 2))   reply = box_seed_keypair(kdf(master, 3))   chain = kdf(master, 4)
//   T[i]   = kdf(chain, i, "token___")           A[i]  = BLAKE2b-256("changgu/address/v1" ‖ T[i])
import { CodedError } from '../rpc/rpc';
import type { Language } from '../i18n/language';
import { byteAt, concat, fromHex, toHex } from './bytes';
import { fail } from './errc';
import { H, kdf } from './hash';
import { label } from './labels';
import { signKeyPairFrom, type SignKeyPair } from './signing';
import { argon2id, boxKeyPairFrom, randomBytes, wipe, type BoxKeyPair } from './sodium';
import { fromWords, toWords } from './wordlist';

const receiptSize = 10;
const wordCount = 8;
const digitCount = 27;
const argon2Passes = 3;
const argon2Memory = 64 << 20;

export const advertisedAddresses = 8; // in each report and follow-up
export const addressGap = 64; // absent addresses in a row that end a search

export type Receipt = Uint8Array; // ten bytes

const checksum = (receipt: Receipt) => H(32, label.receiptCheck, receipt).subarray(0, 1);

export function newReceipt(somebodyExcluded: boolean): Receipt {
  const receipt = randomBytes(receiptSize);
  receipt[0] = (byteAt(receipt, 0) & 0xfe) | (somebodyExcluded ? 1 : 0);
  return receipt;
}

export function somebodyExcluded(receipt: Receipt): boolean {
  return (byteAt(receipt, 0) & 1) === 1;
}

export function receiptWords(receipt: Receipt, language: Language): string[] {
  return toWords(concat(receipt, checksum(receipt)), language);
}

/** 27 digits, in groups of three with blanks between. */
export function receiptDigits(receipt: Receipt): string {
  const number = BigInt(`0x${toHex(concat(receipt, checksum(receipt)))}`);
  const digits = number.toString().padStart(digitCount, '0');
  return digits.replace(/(...)(?!$)/g, '$1 ');
}

function fromDigits(text: string): Uint8Array {
  const digits = text.replace(/[ \t\r\n\-,]/g, '');
  if (digits.length !== digitCount) return fail('bad_length');
  const hex = BigInt(digits).toString(16).padStart(22, '0');
  return hex.length === 22 ? fromHex(hex) : fail('bad_encoding');
}

/**
 * Words of either list, or digits; blanks, '-' and ',' separate.
 * Errors: bad_length, word_not_in_list {position}, bad_encoding (digits beyond 88 bits), bad_checksum.
 */
export function parseReceipt(text: string): Receipt {
  const raw = /^[0-9 \t\r\n\-,]*$/.test(text) ? fromDigits(text) : fromWords(text, wordCount);
  const receipt = raw.slice(0, receiptSize);
  return byteAt(raw, receiptSize) === byteAt(checksum(receipt), 0) ? receipt : fail('bad_checksum');
}

/** A reporter's keys. */
export class ReporterKeys {
  private constructor(
    readonly author: SignKeyPair,
    readonly reply: BoxKeyPair,
    private readonly chain: Uint8Array,
  ) {}

  /** Costs 64 MiB and some tenths of a second. Errors: no_memory. */
  static deriveFrom(receipt: Receipt, org: Uint8Array): ReporterKeys {
    const salt = H(32, label.receiptSalt, org).subarray(0, 16);
    let master: Uint8Array;
    try {
      master = argon2id(receipt, salt, argon2Passes, argon2Memory);
    } catch {
      throw new CodedError('no_memory');
    }
    const [author, reply, chain] = [2, 3, 4].map((id) => kdf(master, id, label.kdfReceipt)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const keys = new ReporterKeys(signKeyPairFrom(author), boxKeyPairFrom(reply), chain);
    wipe(master, author, reply);
    return keys;
  }

  tokenAt(i: number): Uint8Array {
    return kdf(this.chain, i, label.kdfToken);
  }

  addressAt(i: number): Uint8Array {
    return replyAddress(this.tokenAt(i));
  }

  wipe(): void {
    wipe(this.author.secretKey, this.reply.secretKey, this.chain);
  }
}

export function replyAddress(token: Uint8Array): Uint8Array {
  return H(32, label.replyAddress, token);
}

/** What a reviewer knows a thread by, 16 bytes. Never sent. */
export function threadOf(author: Uint8Array): Uint8Array {
  return H(16, label.thread, author);
}
