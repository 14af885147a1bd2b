// Reviewers at the console: enrolling, reading, answering, together and apart, against the real server.
import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { launch, leftovers } from './browser';
import { Office } from './office';
import { Reporter } from './reporter';
import { Reviewer } from './reviewer';

const early = '지난달 출장비를 가지 않은 사람에게도 나누어 주었습니다.';
let office: Office;
let browser: Browser;
let outsider: Reviewer; // number 3, whom every tip here excludes
const enrolled = new Map<number, string>(); // reviewers who enrolled in the pages → their passphrases

beforeAll(async () => {
  office = await Office.make(3);
  browser = await launch(office);
  await office.run(
    [
      ...[
        'report',
        ...office.public(),
        '--file',
        '-',
        '--category',
        'corruption',
        '--exclude',
        '3',
        '--json',
      ],
    ],
    {
      stdin: early,
    },
  );
  await office.release();
  outsider = await Reviewer.ofFile(browser, office, 3);
});
afterAll(async () => {
  await browser.close();
  await office.close();
});

/** Nothing forbidden happened, nothing is kept, and nothing of the case is on the locked page. */
async function leave(reviewer: Reviewer, secret: string): Promise<void> {
  const { page, visitor } = reviewer;
  await reviewer.lock();
  expect(await page.content()).not.toContain(secret);
  expect(await leftovers(page)).toEqual([]);
  expect(visitor.faults).toEqual([]);
  expect(visitor.requests.filter((request) => !request.includes(office.origin))).toEqual([]);
  await reviewer.close();
}

describe.each([
  {
    language: 'ko',
    number: 4,
    role: ['청렴담당', 'Integrity officer'],
    category: '간부 모시는 날',
    excluded: '총무과장',
    text: '매주 금요일에 팀 막내가 돌아가며 과장 점심값을 냅니다.',
    repeated: '팀 막내가 돌아가며 과장 점심값을',
    date: ['[날짜]', '12월 1일'],
  },
  {
    language: 'en',
    number: 5,
    role: ['윤리담당', 'Ethics officer'],
    category: 'Treating-bosses day',
    excluded: 'General affairs',
    text: 'Every Friday the youngest of the team pays for lunch.',
    repeated: 'the youngest of the team pays',
    date: ['[date]', '1 December'],
  },
] as const)('in $language', ({ language, number, role, category, excluded, text, repeated, date }) => {
  test('from the invitation to the follow-up', async () => {
    const { link } = JSON.parse(
      (await office.admin('reviewers', 'invite', '--number', String(number))).out,
    ) as { link: string };
    const reviewer = await Reviewer.at(browser, link, { language });
    const { page, t } = reviewer;
    const { passphrase, spare } = await reviewer.enrol();
    expect(page.url()).not.toContain('enrol');
    expect(fs.readFileSync(await spare.path()).length).toBeGreaterThan(500);
    await office.approve(number, true, [...role]);
    enrolled.set(number, passphrase);
    await reviewer.unlockFromServer(number, passphrase);
    await page.getByText(t.queue.emptyAll).waitFor();

    const employee = await Reporter.at(browser, office.poster, { language });
    const receipt = await employee.report({
      category,
      text,
      excluded: [excluded],
      files: [
        {
          name: '증빙.txt',
          mimeType: 'text/plain',
          buffer: Buffer.from('3월 7일 45,000원\n'),
        },
      ],
    });
    await office.release();
    // In one language it comes by itself, within the minute; in the other it is asked for.
    if (language === 'en') await reviewer.check();
    await reviewer.row(text).waitFor({ timeout: 90_000 });
    await reviewer.openCase(text);
    await page.locator('.said', { hasText: text }).waitFor();

    await page.getByRole('button', { name: t.case.open }).first().click();
    const frame = page.locator('iframe.viewer');
    expect(await frame.getAttribute('sandbox')).toBe('allow-scripts');
    await page.frameLocator('iframe.viewer').getByText('3월 7일 45,000원').waitFor();
    await reviewer.dialog.getByRole('button', { name: t.close, exact: true }).click();

    await reviewer.write('receive', (template) => `${template.replace(date[0], date[1])}\n${repeated}`);
    expect((await reviewer.dialog.locator('mark').allInnerTexts()).join(' ')).toContain(repeated);
    await reviewer.dialog.getByRole('button', { name: t.reply.send, exact: true }).click();
    await reviewer.dialog.getByRole('alert').getByText(t.reply.repeatsAckNeeded).waitFor();
    await reviewer.dialog.getByLabel(t.reply.repeatsAck).check();
    await reviewer.send();
    await office.release();

    await employee.button(employee.t.back).click();
    await employee.openAnswers(receipt);
    await employee.reply(1).waitFor();
    expect(await employee.reply(1).innerText()).toContain(repeated);
    expect(await employee.reply(1).innerText()).toContain(date[1]);
    await employee.burn(1);
    await employee.page.getByText(employee.t.thread.burned).waitFor();
    await employee.followUp('지난주에도 있었습니다.');
    await office.release();
    expect(employee.visitor.faults).toEqual([]);
    await employee.close();

    await reviewer.check();
    await page.locator('.message', { hasText: '지난주에도 있었습니다.' }).waitFor();
    await page.getByText(t.events.snapshotFollowUp).first().waitFor();
    await leave(reviewer, text);
  });
});

test('two consoles see what the other writes, and of two edits at once both stand', async () => {
  const [one, two] = await Promise.all([1, 2].map((number) => Reviewer.ofFile(browser, office, number)));
  if (one === undefined || two === undefined) throw new Error('two consoles');
  const { t } = one;
  const number = await one.openCase(early);
  expect(await two.openCase(early)).toBe(number);
  await one.note('증빙을 함께 봅시다.');
  await two.page.locator('.note', { hasText: '증빙을 함께 봅시다.' }).waitFor({ timeout: 20_000 });
  await two.page.getByText(t.case.changedMeanwhile).waitFor();

  await one.chooseStatus('reviewing');
  await two.chooseStatus('investigating');
  await Promise.all([one.saveStatus(), two.saveStatus()]);
  for (const console of [one, two])
    for (const status of ['reviewing', 'investigating'] as const)
      await console.history.getByText(t.events.status(t.status[status])).waitFor({ timeout: 20_000 });
  const heads = await Promise.all(
    [one, two].map((console) => console.page.locator('.case-head .badge').innerText()),
  );
  expect(heads[0]).toBe(heads[1]);

  // The command line writes into the same case, and reads what was written here.
  await office.reviewer(2, ['inbox']);
  await office.reviewer(2, ['case', 'note', number, '--file', '-'], '명령줄에서 적습니다.');
  await one.page.locator('.note', { hasText: '명령줄에서 적습니다.' }).waitFor({ timeout: 20_000 });
  expect((await office.reviewer(2, ['show', number])).out).toContain('증빙을 함께 봅시다.');
  await leave(two, early);
  await leave(one, early);
});

test('what is done in a case is there after locking', async () => {
  const reviewer = await Reviewer.ofFile(browser, office, 1);
  const { page, t } = reviewer;
  await reviewer.go('queue');
  const similar = await reviewer.row('금요일').first().locator('.case-number').innerText();
  await reviewer.openCase(early);
  await reviewer.add('tag', '출장비');
  await reviewer.button(t.case.untag('출장비')).waitFor();
  await reviewer.add('tag', '다시 볼 것');
  await reviewer.button(t.case.untag('다시 볼 것')).click();
  await reviewer.history.getByText(t.events.untag('다시 볼 것')).waitFor();
  await reviewer.add('similar', similar);
  await reviewer.button(t.case.openSimilar(similar)).waitFor();
  await reviewer.withReason('extend', '회계 자료를 기다림');
  const two = await Reviewer.ofFile(browser, office, 2);
  await two.openCase(early);
  await two.withReason('recuse', '같은 과에서 일했음');
  await two.page.getByText(t.case.youRecused).waitFor();
  await leave(two, early);
  await page.getByText(t.events.recusal('같은 과에서 일했음')).first().waitFor({ timeout: 20_000 });
  expect(await (await reviewer.colleague('조사관')).isDisabled()).toBe(true);
  await reviewer.dialog.getByRole('button', { name: t.cancel }).click();
  await reviewer.lock();
  expect(await page.content()).not.toContain('출장비');

  await reviewer.unlockFile(office, 1);
  await reviewer.openCase(early);
  await reviewer.button(t.case.untag('출장비')).waitFor();
  expect(await reviewer.button(t.case.untag('다시 볼 것')).count()).toBe(0);
  await reviewer.button(t.case.openSimilar(similar)).waitFor();
  await reviewer.history.getByText(t.events.extension('회계 자료를 기다림')).waitFor();
  await leave(reviewer, early);
});

test('a case is handed over to a later colleague, and never to an excluded one', async () => {
  const giver = await Reviewer.ofFile(browser, office, 1, { language: 'en' });
  const { t } = giver;
  const number = await giver.openCase(early);
  expect(await (await giver.colleague('General affairs')).isDisabled()).toBe(true);
  await giver.dialog.getByRole('button', { name: t.cancel }).click();
  await giver.handOver('Integrity officer');
  await office.release();
  const receiver = await Reviewer.at(browser, `${office.origin}/review/`);
  await receiver.unlockFromServer(4, enrolled.get(4) ?? '');
  expect(await receiver.openCase(early)).toBe(number);
  await receiver.note('넘겨받았습니다.');
  await giver.page.locator('.note', { hasText: '넘겨받았습니다.' }).waitFor({ timeout: 20_000 });
  await leave(receiver, early);
  await leave(giver, early);
});

test('an envelope damaged on its way raises an alarm, and only with whom it was for', async () => {
  const employee = await Reporter.at(browser, office.poster);
  let damaged = 0;
  await employee.visitor.context.route('**/api/v1/envelopes', async (route) => {
    const body = route.request().postDataBuffer();
    if (body === null) throw new Error('an envelope has a body');
    body.writeUInt8(body.readUInt8(body.length - 1) ^ 1, body.length - 1);
    damaged += 1;
    await route.continue({ postData: body });
  });
  await employee.report({
    category: '갑질',
    text: '깨져서 닿을 글입니다.',
    excluded: ['총무과장'],
  });
  expect(damaged).toBe(1);
  await employee.close();
  await office.release();
  const reviewer = await Reviewer.ofFile(browser, office, 1);
  await reviewer.page.getByText(reviewer.t.banner.alarms(1)).waitFor();
  await reviewer.go('alarms');
  await reviewer.page.getByText(reviewer.t.alarms.damaged).waitFor();
  await leave(reviewer, early);
});

test('the excluded reviewer saw nothing of all this', async () => {
  const { page, t } = outsider;
  await outsider.check();
  await page.getByText(t.shell.checking).waitFor({ state: 'detached' });
  await page.getByText(t.shell.checkedNow).waitFor();
  await page.getByText(t.queue.emptyAll).waitFor();
  expect(await page.locator('.case-row').count()).toBe(0);
  await outsider.go('activity');
  await page.getByText(/봉투/).first().waitFor();
  await outsider.go('alarms');
  await page.getByText(t.alarms.none).waitFor();
  await leave(outsider, early);
});
