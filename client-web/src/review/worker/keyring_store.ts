// Where the keyring is kept: on the server, wrapped under what the passphrase and the server's pepper give, or in a file
// that the person saves.
import type { KeptKeyring } from '../../client/channel';
import { utf8 } from '../../protocol/bytes';
import { sealKeyring, unwrapKeyring, wrapKeyring } from '../../protocol/keyring';
import type { Locker } from '../../protocol/locker';
import { ReviewerKeyring } from '../../protocol/reviewer_keyring';
import { wipe } from '../../protocol/sodium';
import { CodedError } from '../../rpc/rpc';
import type { KeyringPlace } from '../contract';
import type { Session } from './session';

const maxRaces = 5; // with copies of this console elsewhere

export interface KeyringStore {
  readonly place: KeyringPlace;
  /** Whether the keyring is safely kept now. */
  save(session: Session): Promise<boolean>;
  wipe(): void;
}

/** What is stored, opened. Errors: wrong_passphrase, and those of a keyring that is none. */
export function openKept(kept: KeptKeyring, locker: Locker): ReviewerKeyring | undefined {
  if (kept.keyring === null || kept.pepper === null) return undefined;
  const key = locker.wrappingKey(kept.pepper);
  let json: Uint8Array | undefined;
  try {
    json = unwrapKeyring(kept.keyring, key);
    return ReviewerKeyring.fromJsonText(json);
  } finally {
    wipe(key, json);
  }
}

export function wrapped(keyring: ReviewerKeyring, locker: Locker, pepper: Uint8Array): Uint8Array {
  const key = locker.wrappingKey(pepper);
  const json = keyring.toJsonText();
  try {
    return wrapKeyring(json, key);
  } finally {
    wipe(key, json);
  }
}

/** The keyring as a file under a passphrase. Takes some second. */
export function sealed(keyring: ReviewerKeyring, passphrase: Uint8Array): Uint8Array<ArrayBuffer> {
  const json = keyring.toJsonText();
  try {
    return sealKeyring(json, passphrase);
  } finally {
    wipe(json);
  }
}

export class ServerStore implements KeyringStore {
  readonly place = 'server';

  constructor(private readonly locker: Locker) {}

  /** Takes in what another copy has stored meanwhile, and puts the union. Errors: wrong_passphrase when it has another. */
  async save(session: Session): Promise<boolean> {
    await this.put(session, (kept) => openKept(kept, this.locker));
    return true;
  }

  /**
   * The same where the stored one is under the passphrase of `former`, or under one that nobody knows any more: then it is
   * replaced, since its owner is signed in by identity and asks for it.
   */
  async replace(session: Session, former: ServerStore | undefined): Promise<void> {
    const lockers = former === undefined ? [this.locker] : [former.locker, this.locker];
    await this.put(session, (kept) => {
      for (const locker of lockers)
        try {
          return openKept(kept, locker);
        } catch (error) {
          if (!(error instanceof CodedError)) throw error;
        }
      return undefined;
    });
  }

  private async put(
    session: Session,
    read: (kept: KeptKeyring) => ReviewerKeyring | undefined,
  ): Promise<void> {
    for (let i = 1; ; i++) {
      // The next pepper belongs to this session and is good once, hence a GET before every PUT.
      const kept = await session.call((channel) => channel.getKeyring());
      const other = read(kept);
      if (other !== undefined) {
        session.merge(other);
        other.wipe();
      }
      if (session.closing) throw new CodedError('locked'); // wiped meanwhile, perhaps: never put that
      const body = wrapped(session.keyring, this.locker, kept.nextPepper);
      try {
        await session.call((channel) => channel.putKeyring(this.locker.key.publicKey, body, kept.etag));
        return;
      } catch (error) {
        const outrun = error instanceof CodedError && error.code === 'precondition-failed';
        if (!outrun || i === maxRaces) throw error;
      }
    }
  }

  wipe(): void {
    this.locker.wipe();
  }
}

/** A file is the person's to save: until they say that it is on their disk, nothing counts as kept. */
export class FileStore implements KeyringStore {
  readonly place = 'file';
  private changes = 0;
  private savedChanges = 0;
  private handedOut: { changes: number; ratchetIndex: number; passphrase: Uint8Array } | undefined;

  private constructor(private passphrase: Uint8Array) {}

  static under(passphrase: string): FileStore {
    return new FileStore(utf8(passphrase));
  }

  save(): Promise<boolean> {
    this.changes++;
    return Promise.resolve(false);
  }

  get unsaved(): boolean {
    return this.changes > this.savedChanges;
  }

  /** The file to be saved, under this passphrase or the one it was opened with. */
  handOut(keyring: ReviewerKeyring, passphrase = this.passphrase): Uint8Array<ArrayBuffer> {
    const file = sealed(keyring, passphrase);
    wipe(this.handedOut?.passphrase);
    const ratchetIndex = keyring.ratchet.index;
    this.handedOut = { changes: this.changes, ratchetIndex, passphrase: passphrase.slice() };
    return file;
  }

  /** What was handed out last is on the disk, and so is its passphrase the one in use; returns its ratchet's index. */
  saved(): number | undefined {
    const file = this.handedOut;
    if (file === undefined) return undefined;
    this.handedOut = undefined;
    this.savedChanges = file.changes;
    wipe(this.passphrase);
    this.passphrase = file.passphrase;
    return file.ratchetIndex;
  }

  wipe(): void {
    wipe(this.passphrase, this.handedOut?.passphrase);
  }
}
