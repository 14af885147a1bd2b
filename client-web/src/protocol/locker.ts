// A keyring kept on the server: what its passphrase gives, besides what the server adds.
//
//   x      = Argon2id(passphrase, first 16 bytes of BLAKE2b-256("changgu/keyring/v1" ‖ org ‖ number), t = 3, m = 256 MiB)
//   locker = sign_seed_keypair(kdf(x, 1, "keyring_"))           signs in to a session that can only fetch and put the keyring
//   key    = BLAKE2b-256 keyed with kdf(x, 2, "keyring_") over "changgu/wrap/v1" ‖ pepper
//
// The pepper is the server's, 32 bytes, new at each PUT and never backed up: a stolen backup alone cannot be guessed at.
import { u32 } from './bytes';
import { H, HK, kdf } from './hash';
import { label } from './labels';
import { signKeyPairFrom, type SignKeyPair } from './signing';
import { argon2id, wipe } from './sodium';

const passes = 3;
const memory = 256 * 1024 * 1024;

export class Locker {
  private constructor(
    readonly key: SignKeyPair,
    private readonly wrapping: Uint8Array,
  ) {}

  /** Takes 256 MiB and some second. */
  static open(passphrase: Uint8Array, org: Uint8Array, number: number): Locker {
    const salt = H(32, label.keyringSalt, org, u32(number)).slice(0, 16);
    const x = argon2id(passphrase, salt, passes, memory);
    const seed = kdf(x, 1, label.kdfKeyring);
    const locker = new Locker(signKeyPairFrom(seed), kdf(x, 2, label.kdfKeyring));
    wipe(x, seed);
    return locker;
  }

  wrappingKey(pepper: Uint8Array): Uint8Array {
    return HK(this.wrapping, label.keyringWrap, pepper);
  }

  wipe(): void {
    wipe(this.key.secretKey, this.wrapping);
  }
}
