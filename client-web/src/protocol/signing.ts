// Tagged Ed25519 signatures by identities and authors. What is signed is
//   length(tag), one byte ‖ tag ‖ org ‖ payload
// so no signature means anything under another tag or in another organisation. Root keys never sign here: note.ts.
import { concat, u16, u32, utf8 } from './bytes';
import { fail } from './errc';
import { label } from './labels';
import { sodium } from './sodium';

export interface SignKeyPair {
  publicKey: Uint8Array; // Ed25519, 32 bytes
  secretKey: Uint8Array; // 64 bytes: seed ‖ public key
}

export function signKeyPairFrom(seed: Uint8Array): SignKeyPair {
  const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(seed);
  return { publicKey, secretKey: privateKey };
}

/** Ed25519 over exactly these bytes; for notes only. */
export function signRaw(secretKey: Uint8Array, message: Uint8Array): Uint8Array {
  return sodium.crypto_sign_detached(message, secretKey);
}

/** False for keys and signatures of another length, small order or no canonical encoding too. */
export function verifyRaw(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  return sodium.crypto_sign_verify_detached(signature, message, publicKey);
}

function messageFor(tag: string, org: Uint8Array, payload: Uint8Array[]): Uint8Array {
  const tagBytes = utf8(tag);
  return concat(Uint8Array.of(tagBytes.length), tagBytes, org, ...payload);
}

export function sign(
  secretKey: Uint8Array,
  tag: string,
  org: Uint8Array,
  ...payload: Uint8Array[]
): Uint8Array {
  return signRaw(secretKey, messageFor(tag, org, payload));
}

/** Errors: bad_signature. */
export function verify(
  publicKey: Uint8Array,
  signature: Uint8Array,
  tag: string,
  org: Uint8Array,
  ...payload: Uint8Array[]
): void {
  if (!verifyRaw(publicKey, signature, messageFor(tag, org, payload))) fail('bad_signature');
}

// --- what identities sign outside envelopes

/** An intake key for one epoch. */
export interface PrekeyClaim {
  number: number;
  epoch: number;
  key: Uint8Array; // X25519
}
const prekeyPayload = (claim: PrekeyClaim) => [u32(claim.number), u32(claim.epoch), claim.key];

export function signPrekey(identity: SignKeyPair, org: Uint8Array, claim: PrekeyClaim): Uint8Array {
  return sign(identity.secretKey, label.signPrekey, org, ...prekeyPayload(claim));
}
/** Errors: bad_signature. */
export function verifyPrekey(
  identity: Uint8Array,
  signature: Uint8Array,
  org: Uint8Array,
  claim: PrekeyClaim,
): void {
  verify(identity, signature, label.signPrekey, org, ...prekeyPayload(claim));
}

/** What a sign-in answers: the server's 32-byte nonce, used once, for one origin and one scope. */
export interface SignInChallenge {
  origin: string;
  nonce: Uint8Array;
  number: number;
  scope: 'reviewer' | 'keyring';
}
function signInPayload({ origin, nonce, number, scope }: SignInChallenge): Uint8Array[] {
  const originBytes = utf8(origin);
  const scopeBytes = utf8(scope);
  return [
    u16(originBytes.length),
    originBytes,
    nonce,
    u32(number),
    Uint8Array.of(scopeBytes.length),
    scopeBytes,
  ];
}

/** `secretKey` is the identity's, or the locker's for the scope `keyring`. */
export function signSignIn(secretKey: Uint8Array, org: Uint8Array, challenge: SignInChallenge): Uint8Array {
  return sign(secretKey, label.signIn, org, ...signInPayload(challenge));
}
/** Errors: bad_signature. */
export function verifySignIn(
  publicKey: Uint8Array,
  signature: Uint8Array,
  org: Uint8Array,
  challenge: SignInChallenge,
): void {
  verify(publicKey, signature, label.signIn, org, ...signInPayload(challenge));
}

/** "I have taken what I need from this retired epoch." */
export function signDrained(
  secretKey: Uint8Array,
  org: Uint8Array,
  number: number,
  epoch: number,
): Uint8Array {
  return sign(secretKey, label.signDrained, org, u32(number), u32(epoch));
}
/** Errors: bad_signature. */
export function verifyDrained(
  publicKey: Uint8Array,
  signature: Uint8Array,
  org: Uint8Array,
  number: number,
  epoch: number,
): void {
  verify(publicKey, signature, label.signDrained, org, u32(number), u32(epoch));
}
