// Every page and state of the console: WCAG 2.2 AA by axe-core, no sideways scrolling at 320 px, pictures to look at.
// With SCREENSHOTS=DIR the pictures are kept there.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { accessibility, launch, overflows } from './browser';
import { Office } from './office';
import { Reviewer } from './reviewer';

const first = '계약 업체를 미리 정해 두고 입찰을 열었습니다. 회의록이 있습니다.';
const second = '금요일마다 막내가 과장 점심값을 냅니다.';
let office: Office;
let browser: Browser;
beforeAll(async () => {
  office = await Office.make(3);
  browser = await launch(office);
  const note = office.file('note.txt');
  fs.writeFileSync(note, '3월 7일 45,000원\n');
  const send = (text: string, more: string[]) =>
    office.run(['report', ...office.public(), '--file', '-', '--json', ...more], { stdin: text });
  await send(first, ['--category', 'corruption', '--exclude', '3', '--attach', note]);
  await send(second, ['--category', 'treating']);
  await office.release();
});
afterAll(async () => {
  await browser.close();
  await office.close();
});

const pictures = process.env['SCREENSHOTS'];
if (pictures !== undefined) fs.mkdirSync(pictures, { recursive: true });

describe.each([
  {
    language: 'ko',
    width: 320,
    height: 640,
    dark: false,
    number: 4,
    role: '조사관',
  },
  {
    language: 'en',
    width: 1280,
    height: 800,
    dark: true,
    number: 5,
    role: 'Investigator',
  },
] as const)('$language, $width px', ({ number, role, ...settings }) => {
  const { language, width, dark } = settings;
  // All states are looked at before the first finding ends the test.
  const findings: string[] = [];
  function lookerAt({ page }: Reviewer): (state: string) => Promise<void> {
    return async (state) => {
      if (pictures !== undefined)
        await page.screenshot({
          path: path.join(pictures, `review-${state}-${language}-${width}${dark ? '-dark' : ''}.png`),
          fullPage: true,
        });
      findings.push(...(await accessibility(page)).map((finding) => `${state}: ${finding}`));
      if (await overflows(page)) findings.push(`${state}: wider than the window`);
    };
  }

  test('the door', async () => {
    const { link } = JSON.parse(
      (await office.admin('reviewers', 'invite', '--number', String(number))).out,
    ) as { link: string };
    const reviewer = await Reviewer.at(browser, link, settings);
    const { page, t } = reviewer;
    const look = lookerAt(reviewer);
    await reviewer.enrol(look);
    await reviewer.heading(t.start.heading).waitFor();
    await look('start');
    await page.getByRole('radio', { name: t.start.onFile }).check();
    await page.getByText(t.start.fingerprint, { exact: true }).click();
    await reviewer.button(t.start.unlock).click();
    await page.getByRole('alert').getByText(t.start.fileNeeded).waitFor();
    await look('start-file');
    expect(reviewer.visitor.faults).toEqual([]);
    await reviewer.close();
    const bad = await Reviewer.at(browser, link.replace('enrol=', 'enrol=1'), settings);
    await bad.page.getByText(bad.t.enrol.badLink).waitFor();
    await lookerAt(bad)('stop');
    await bad.close();
    expect(findings.splice(0)).toEqual([]);
  });

  test('the open console', async () => {
    const reviewer = await Reviewer.ofFile(browser, office, 1, settings);
    const { page, t } = reviewer;
    const look = lookerAt(reviewer);
    await reviewer.row(second).waitFor();
    await look('queue');
    await page.keyboard.press('?');
    await reviewer.dialog.getByRole('heading', { name: t.help.heading }).waitFor();
    await look('help');
    await page.keyboard.press('Escape');

    await reviewer.openCase(first);
    await reviewer.note(
      language === 'ko'
        ? '회의록과 계약 날짜를 견주어 봅시다.'
        : 'Compare the minutes with the date of the contract.',
    );
    await reviewer.add('tag', language === 'ko' ? '입찰' : 'tender');
    await page.locator('li.tag').first().waitFor();
    await look('case');
    await page.getByRole('button', { name: t.case.open }).first().click();
    await page.frameLocator('iframe.viewer').getByText('45,000').waitFor();
    await look('attachment');
    await reviewer.dialog.getByRole('button', { name: t.case.download }).click();
    await reviewer.dialog.getByText(t.viewer.warnHeading).waitFor();
    await look('attachment-warning');
    await page.keyboard.press('Escape');

    for (const [kind, heading] of [
      ['extend', t.case.extend],
      ['closeCase', t.case.closeCase],
      ['handOver', t.case.handOver],
      ['recuse', t.case.recuse],
    ] as const) {
      await reviewer.button(t.case[kind]).click();
      await reviewer.dialog.getByRole('heading', { name: heading }).waitFor();
      if (kind === 'handOver')
        expect(await reviewer.dialog.getByRole('radio', { name: role }).isEnabled()).toBe(true);
      await look(`case-${kind === 'closeCase' ? 'close' : kind === 'handOver' ? 'hand-over' : kind}`);
      await page.keyboard.press('Escape');
      await reviewer.dialog.waitFor({ state: 'detached' });
    }

    const text =
      language === 'ko'
        ? '12월 1일까지 답하겠습니다. 계약 업체를 미리 정해 두고 입찰을 열었는지 보겠습니다.'
        : first;
    await reviewer.write('receive', () => text);
    await look('answer-check');
    await reviewer.dialog.getByRole('button', { name: t.reply.edit }).click();
    await look('answer');
    await reviewer.button(t.reply.check).click();
    await reviewer.dialog.getByLabel(t.reply.repeatsAck).check();
    await reviewer.send();
    await look('case-answered');

    for (const tab of ['figures', 'alarms', 'activity', 'keys'] as const) {
      await reviewer.go(tab);
      if (tab === 'figures') await page.locator('table').first().waitFor();
      await look(tab);
    }
    await page.getByText(t.appearance.largeText).click();
    await page.getByText(t.appearance.highContrast).click();
    await reviewer.go('queue');
    await look('queue-large');
    await reviewer.lock();
    await look('locked');
    expect(findings.splice(0)).toEqual([]);
    expect(reviewer.visitor.faults).toEqual([]);
    await reviewer.close();
  });
});

test('the queue and a case by keyboard alone', async () => {
  const reviewer = await Reviewer.ofFile(browser, office, 2);
  const { page, t } = reviewer;
  await reviewer.row(second).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('막내가');
  await reviewer.row(first).waitFor({ state: 'detached' });
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.locator('.said', { hasText: second }).waitFor();
  await page.keyboard.press('m');
  await reviewer.history.getByText(/정함/).first().waitFor();
  await page.keyboard.press('n');
  await page.keyboard.type('건반으로 적은 메모');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('.note', { hasText: '건반으로 적은 메모' }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('f');
  await reviewer.heading(t.figures.heading).waitFor();
  await page.keyboard.press('Shift+L');
  await reviewer.button(t.lock.justLock).press('Enter');
  await reviewer.heading(t.start.heading).waitFor();
  expect(reviewer.visitor.faults).toEqual([]);
  await reviewer.close();
});
