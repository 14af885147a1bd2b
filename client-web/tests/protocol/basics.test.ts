import { expect } from 'vitest';
import { toBase64 } from '../../src/protocol/bytes';
import { H, HK, kdf, sha256 } from '../../src/protocol/hash';
import { parseJson } from '../../src/protocol/json';
import { label } from '../../src/protocol/labels';
import {
  signDrained,
  signKeyPairFrom,
  signPrekey,
  signSignIn,
  verifyDrained,
  verifyPrekey,
  verifySignIn,
} from '../../src/protocol/signing';
import { outcome, vectorTests, type VectorCase } from '../vectors';

const camelCase = (name: string) =>
  name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());

const seenLabels = new Set<string>();
vectorTests('labels', (c, _expected, file) => {
  const labels: Record<string, string> = label;
  expect(labels[camelCase(c.text('name'))]).toBe(c.text('label'));
  seenLabels.add(c.text('name'));
  if (seenLabels.size === file.list('cases').length) expect(Object.keys(labels).length).toBe(seenLabels.size);
});

function hashed(c: VectorCase): Uint8Array {
  switch (c.text('function')) {
    case 'blake2b-256':
      return H(32, c.bytes('input'));
    case 'blake2b-128':
      return H(16, c.bytes('input'));
    case 'keyed-blake2b-256':
      return HK(c.bytes('key'), c.bytes('input'));
    case 'sha-256':
      return sha256(c.bytes('input'));
    case 'kdf':
      return kdf(c.bytes('key'), c.number('id'), c.text('context'));
    default:
      throw new Error('a function that this reader does not know');
  }
}
vectorTests('hash', (c) => {
  expect(toBase64(hashed(c))).toBe(c.text('output'));
});

vectorTests('json', (c, expected) => {
  expect(outcome(() => parseJson(c.bytes('json'))).class).toBe(expected);
});

vectorTests('signing', (c, expected) => {
  const identity = signKeyPairFrom(c.bytes('identity_seed'));
  expect(toBase64(identity.publicKey)).toBe(c.text('identity'));
  const org = c.bytes('org');
  const signature = c.bytes('signature');
  let made: Uint8Array;
  let verified: () => void;
  switch (c.text('what')) {
    case 'prekey': {
      const claim = { number: c.number('number'), epoch: c.number('epoch'), key: c.bytes('key') };
      made = signPrekey(identity, org, claim);
      verified = () => {
        verifyPrekey(identity.publicKey, signature, org, claim);
      };
      break;
    }
    case 'sign_in': {
      const scope = c.text('scope') as 'reviewer' | 'keyring';
      const challenge = {
        origin: c.text('origin'),
        nonce: c.bytes('nonce'),
        number: c.number('number'),
        scope,
      };
      made = signSignIn(identity.secretKey, org, challenge);
      verified = () => {
        verifySignIn(identity.publicKey, signature, org, challenge);
      };
      break;
    }
    case 'drained':
      made = signDrained(identity.secretKey, org, c.number('number'), c.number('epoch'));
      verified = () => {
        verifyDrained(identity.publicKey, signature, org, c.number('number'), c.number('epoch'));
      };
      break;
    default:
      throw new Error('a signature that this reader does not know');
  }
  expect(outcome(verified).class).toBe(expected);
  expect(toBase64(made) === c.text('signature')).toBe(expected === 'ok');
});
