// Answering an admin's invitation.
import type { Channel } from '../../client/channel';
import { toBase64, utf8 } from '../../protocol/bytes';
import { enrolmentMac, parseEnrolmentCode } from '../../protocol/enrolment';
import type { JsonObject } from '../../protocol/json';
import { Locker } from '../../protocol/locker';
import { prekeyJson, Ratchet } from '../../protocol/ratchet';
import { ReviewerKeyring } from '../../protocol/reviewer_keyring';
import { randomBytes, sodium, wipe } from '../../protocol/sodium';
import { wordsOf } from '../../protocol/wordlist';
import { CodedError } from '../../rpc/rpc';
import type { Enrolled, KeyringPlace } from '../contract';
import { openKept, sealed, wrapped } from './keyring_store';

const attempts = 3;
const passphraseWords = 6;

export function suggestedPassphrase(language: 'ko' | 'en'): string {
  const words = wordsOf(language);
  return Array.from(
    { length: passphraseWords },
    () => words[sodium.randombytes_uniform(words.length)] ?? '',
  ).join(' ');
}

/**
 * Makes keys, sends them with what proves that they come from who has the code, and keeps them. Where the server does not
 * keep them after all, `place` says 'file', and the file is the only copy.
 * Errors: those of the code, not-found (no such code, or used), taken.
 */
export async function enrol(
  channel: Channel,
  codeText: string,
  passphrase: string,
  place: KeyringPlace,
): Promise<Enrolled> {
  const code = parseEnrolmentCode(codeText);
  await channel.refresh();
  const number = await channel.enrolmentNumber(code.id);
  const ratchet = Ratchet.startingAt(channel.log.lastEpoch + 1);
  const keyring = new ReviewerKeyring(channel.org, channel.origin, number, randomBytes(32), ratchet);
  keyring.log = channel.log.head;
  const identity = keyring.identity();
  const words = utf8(passphrase);
  const locker = place === 'server' ? Locker.open(words, channel.org, number) : undefined;
  try {
    // Made first: a key that was sent and then lost to a tab that closes would cost another invitation.
    const file = sealed(keyring, words);
    const prekeys = ratchet.publish(identity, channel.org, number, ratchet.index);
    const request = { number, identity: identity.publicKey, prekeys };
    await post(channel, code.id, {
      number,
      identity: toBase64(identity.publicKey),
      prekeys: prekeys.map(prekeyJson),
      mac: toBase64(enrolmentMac(request, channel.org, code)),
      ...(locker === undefined ? {} : { locker: toBase64(locker.key.publicKey) }),
    });
    const kept = locker !== undefined && (await keep(channel, keyring, locker));
    return { number, place: kept ? 'server' : 'file', file };
  } finally {
    wipe(words, code.secret, identity.secretKey);
    keyring.wipe();
    locker?.wipe();
  }
}

// The same request again while the connection is lost: the server takes it once.
async function post(channel: Channel, id: Uint8Array, request: JsonObject): Promise<void> {
  for (let i = 1; ; i++) {
    try {
      await channel.postEnrolment(id, request);
      return;
    } catch (error) {
      if (i === attempts || !(error instanceof CodedError) || error.code !== 'offline') throw error;
    }
  }
}

async function keep(channel: Channel, keyring: ReviewerKeyring, locker: Locker): Promise<boolean> {
  try {
    await channel.signIn('keyring', keyring.number, locker.key.secretKey);
    const kept = await channel.getKeyring();
    const body = wrapped(keyring, locker, kept.nextPepper);
    await channel.putKeyring(locker.key.publicKey, body, kept.etag);
    return true;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return false;
  } finally {
    await channel.signOut();
  }
}

/** The keyring that the server keeps under this passphrase. Errors: no_keyring; rate-limited, offline, … */
export async function fetchKeyring(
  channel: Channel,
  locker: Locker,
  number: number,
): Promise<ReviewerKeyring> {
  try {
    await channel.signIn('keyring', number, locker.key.secretKey);
    const kept = await channel.getKeyring();
    const keyring = openKept(kept, locker);
    if (keyring === undefined) throw new CodedError('no_keyring');
    return keyring;
  } catch (error) {
    const refused = error instanceof CodedError && ['unauthorised', 'wrong_passphrase'].includes(error.code);
    throw refused ? new CodedError('no_keyring') : error;
  } finally {
    await channel.signOut();
  }
}
