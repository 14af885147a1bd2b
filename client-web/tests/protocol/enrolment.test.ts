import { expect } from 'vitest';
import {
  enrolmentCodeText,
  parseEnrolmentCode,
  randomEnrolmentCode,
  verifyEnrolment,
} from '../../src/protocol/enrolment';
import { outcome, vectorTests } from '../vectors';

vectorTests('enrolment', (c, expected) => {
  if (c.has('text')) {
    const code = outcome(() => parseEnrolmentCode(c.text('text')));
    expect(code.class).toBe(expected);
    if (code.value === undefined) return;
    expect(code.value).toEqual({ id: c.bytes('id'), secret: c.bytes('secret') });
    expect(enrolmentCodeText(code.value).replaceAll('-', '')).toBe(
      c.text('text').toLowerCase().replaceAll('-', ''),
    );
    const fresh = randomEnrolmentCode();
    expect(parseEnrolmentCode(enrolmentCodeText(fresh))).toEqual(fresh);
    return;
  }
  const request = {
    number: c.number('number'),
    identity: c.bytes('identity'),
    prekeys: c.objects('prekeys').map((p) => ({
      epoch: p.number('epoch'),
      key: p.bytes('key'),
      signature: p.bytes('signature'),
    })),
  };
  const code = parseEnrolmentCode(c.text('code'));
  const checked = outcome(() => {
    verifyEnrolment(request, c.bytes('mac'), c.bytes('org'), code);
  });
  expect(checked.class).toBe(expected);
});
