// A reviewer's intake keys, one an epoch, from a ratchet that only turns forward:
//   seed[i+1] = kdf(seed[i], 1, "ratchet_")      intake[i] = box_seed_keypair(kdf(seed[i], 2, "ratchet_"))
// i is the absolute number of the epoch. Forgetting epoch n is keeping seed[n+1] alone, which nothing turns back.
import { fail } from './errc';
import { kdf } from './hash';
import type { JsonObject, Members } from './json';
import { toBase64 } from './bytes';
import { label } from './labels';
import { signPrekey, type SignKeyPair } from './signing';
import { boxKeyPairFrom, randomBytes, wipe, type BoxKeyPair } from './sodium';

export const prekeysAhead = 26;
const furthest = 100_000; // bounds the turning that a hostile log could ask for

export interface Prekey {
  epoch: number;
  key: Uint8Array; // X25519
  signature: Uint8Array; // of the identity
}

export function prekeyJson(p: Prekey): JsonObject {
  return { epoch: p.epoch, key: toBase64(p.key), signature: toBase64(p.signature) };
}
/** Errors: bad_field. */
export function readPrekey(members: Members): Prekey {
  return {
    epoch: members.integer('epoch', 0xffff_ffff),
    key: members.bytes('key', 32),
    signature: members.bytes('signature', 64),
  };
}

export class Ratchet {
  private at: number;
  private readonly seed: Uint8Array;

  /** Takes `seed` as its own. `index` is the first epoch whose secret it gives. */
  constructor(index: number, seed: Uint8Array) {
    this.at = index;
    this.seed = seed;
  }

  static startingAt(epoch: number): Ratchet {
    return new Ratchet(epoch, randomBytes(32));
  }

  get index(): number {
    return this.at;
  }
  /** The seed itself, not a copy. */
  get currentSeed(): Uint8Array {
    return this.seed;
  }

  /** Errors: key_forgotten for an epoch before index; bad_parameters more than 100,000 epochs ahead. */
  intake(epoch: number): BoxKeyPair {
    if (epoch < this.at) return fail('key_forgotten');
    const turned = new Ratchet(this.at, this.seed.slice());
    turned.advanceTo(epoch);
    const seed = kdf(turned.seed, 2, label.kdfRatchet);
    const pair = boxKeyPairFrom(seed);
    wipe(turned.seed, seed);
    return pair;
  }

  /** Turns to `epoch`: the secrets of all earlier epochs are gone. Never turns back. Errors: bad_parameters. */
  advanceTo(epoch: number): void {
    if (epoch - this.at > furthest) fail('bad_parameters');
    for (; this.at < epoch; this.at++) {
      const next = kdf(this.seed, 1, label.kdfRatchet);
      this.seed.set(next);
      wipe(next);
    }
  }

  /** The signed public keys of `count` epochs from `first` on. Errors: those of intake. */
  publish(
    identity: SignKeyPair,
    org: Uint8Array,
    number: number,
    first: number,
    count = prekeysAhead,
  ): Prekey[] {
    return Array.from({ length: count }, (_, i) => {
      const epoch = first + i;
      const { publicKey: key, secretKey } = this.intake(epoch);
      wipe(secretKey);
      return { epoch, key, signature: signPrekey(identity, org, { number, epoch, key }) };
    });
  }

  wipe(): void {
    wipe(this.seed);
  }
}
