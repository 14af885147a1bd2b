import { describe, expect, it } from 'vitest';
import { repetitions } from '../../../src/review/worker/repetition';

const report =
  '지난 3월 회식 자리에서 과장님이 저에게만 술을 따르라고 하셨고, 그 뒤로 야간 당직을 혼자 섰습니다.';

describe('repetitions', () => {
  it('finds a run of twelve characters and says where it stands', () => {
    const reply = '확인한 바, 과장님이 저에게만 술을 따르라고 한 사실이 있습니다.';
    const found = repetitions(reply, [report]);
    expect(found.map((r) => r.text)).toEqual(['과장님이 저에게만 술을 따르라고 하'.slice(0, -2)]);
    expect(reply.slice(found[0]?.start, found[0]?.end)).toBe(found[0]?.text);
  });
  it('is not misled by line ends, marks, capitals or decomposed Hangul', () => {
    expect(repetitions('과장님이\n저에게만, 술을 따르라고', [report])).toHaveLength(1);
    expect(repetitions('과장님이 저에게만 술을 따르라고'.normalize('NFD'), [report])).toHaveLength(1);
    expect(repetitions('IT WAS me, At The door', ['it was me at the gate'])).toHaveLength(1);
  });
  it('finds four words though they are short', () => {
    expect(repetitions('그 뒤 나 는 갔다', ['그 뒤 나 는 왔다'])).toHaveLength(1);
    expect(repetitions('그 뒤 너 는 갔다', ['그 뒤 나 는 왔다'])).toEqual([]);
  });
  it('joins what overlaps and keeps apart what does not', () => {
    const found = repetitions('abcdefghijklmnop. xyz 0123456789abc', ['abcdefghijklmnop / 0123456789abc']);
    expect(found.map((r) => r.text)).toEqual(['abcdefghijklmnop', '0123456789abc']);
  });
  it('lets usual phrases of an answer pass', () => {
    expect(repetitions('제보해 주셔서 감사합니다. 사실을 확인하고 있습니다.', [report])).toEqual([]);
    expect(repetitions('', [report])).toEqual([]);
    expect(repetitions('회식 자리에서', [''])).toEqual([]);
  });
});
