// One look at one envelope: is it sealed to us, and does it open? Shared by the workers of the pool and by a console that
// opens with its own hands.
import { fromU32 } from '../../protocol/bytes';
import { isAlarm, openEnvelope, suite1, type OpenedEnvelope } from '../../protocol/envelope';
import { CodedError, codeOf } from '../../rpc/rpc';

/** What opens our slot in the envelopes of one epoch. */
export interface IntakeKey {
  epoch: number;
  slot: number;
  context: Uint8Array; // hash of the epoch's statement
  publicKey: Uint8Array;
  secretKey: Uint8Array;
}

export interface Keys {
  org: Uint8Array;
  intake: IntakeKey[];
}

export interface Inbound {
  batch: number;
  envelope: Uint8Array;
}

export type Look =
  | ({ kind: 'opened'; batch: number; epoch: number; context: Uint8Array } & OpenedEnvelope)
  | { kind: 'alarm'; batch: number; epoch: number; code: string };

/**
 * One trial opening of the slot that the epoch's statement gives us. Undefined for what does not open: chaff, a decoy
 * or another's, and nobody is told.
 */
export function lookAt(keys: Keys, { batch, envelope }: Inbound): Look | undefined {
  if (envelope.length !== suite1.envelopeSize) return undefined;
  const epoch = fromU32(envelope, 1);
  const key = keys.intake.find((k) => k.epoch === epoch);
  if (key === undefined) return undefined; // not sealed to us, or forgotten
  try {
    const opened = openEnvelope(keys.org, envelope, epoch, key.context, key.slot, key);
    return { kind: 'opened', batch, epoch, context: key.context, ...opened };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return isAlarm(error) ? { kind: 'alarm', batch, epoch, code: codeOf(error) } : undefined;
  }
}

/** Opens envelopes, many at a time. `close` wipes the keys. */
export interface Opener {
  open(envelopes: Inbound[]): Promise<(Look | undefined)[]>;
  close(): void;
}
export type OpenerFactory = (keys: Keys) => Opener;

/** Without other workers. */
export const openHere: OpenerFactory = (keys) => ({
  open: (envelopes) => Promise.resolve(envelopes.map((one) => lookAt(keys, one))),
  close: () => undefined,
});
