import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { ascii, cleanBytes, everything, join, latin1, plantedJpeg, plants, xmp } from './fixtures';

const has = (tool: string) => spawnSync(tool, ['--version']).error === undefined;

/** Runs a tool on the file and returns what it prints, or what it writes to a second file if `args` names `OUT`. */
function run(
  bytes: Uint8Array,
  tool: string,
  ...args: string[]
): { status: number | null; text: string; out: Uint8Array } {
  const folder = mkdtempSync(joinPath(tmpdir(), 'clean-'));
  try {
    const [input, output] = [joinPath(folder, 'in.pdf'), joinPath(folder, 'out.pdf')];
    writeFileSync(input, bytes);
    const done = spawnSync(
      tool,
      args.map((arg) => (arg === 'IN' ? input : arg === 'OUT' ? output : arg)),
      { encoding: 'utf8' },
    );
    const out = args.includes('OUT') ? new Uint8Array(readFileSync(output)) : new Uint8Array(0);
    return { status: done.status, text: done.stdout + done.stderr, out };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const stream = (dict: string, data: Uint8Array) =>
  join(ascii(`<< ${dict} /Length ${data.length} >>\nstream\n`), data, ascii('\nendstream'));

/** Objects 1, 2, … with a classic table behind them; the first is the catalogue. */
function pdf(objects: (string | Uint8Array)[], trailer = ''): Uint8Array {
  const parts = [ascii('%PDF-1.6\n%\xe2\xe3\xcf\xd3\n')];
  const offsets: number[] = [];
  let size = parts[0]?.length ?? 0;
  objects.forEach((object, index) => {
    const part = join(
      ascii(`${index + 1} 0 obj\n`),
      typeof object === 'string' ? ascii(object) : object,
      ascii('\nendobj\n'),
    );
    offsets.push(size);
    size += part.length;
    parts.push(part);
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const count = objects.length + 1;
  parts.push(
    ascii(
      `xref\n0 ${count}\n0000000000 65535 f \n${table}trailer\n<< /Size ${count} /Root 1 0 R ${trailer}>>\nstartxref\n${size}\n%%EOF\n`,
    ),
  );
  return join(...parts);
}

const page =
  '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> /XObject << /Im 7 0 R >> >>';
function sample({
  catalog = '',
  pageKeys = '',
  more = [] as (string | Uint8Array)[],
  trailer = '',
} = {}): Uint8Array {
  return pdf(
    [
      `<< /Type /Catalog /Pages 2 0 R /Metadata 6 0 R /PieceInfo << /X << /Private (PLANT-piece) >> >> ${catalog}>>`,
      '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      `${page} /LastModified (PLANT-modified) /Thumb 8 0 R /Annots [<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /A << /S /URI /URI (file:///C:/Users/PLANT-u/a.pdf) >> /Contents (Memo \\(a\\)) /T (PLANT-annotator) /M (PLANT-m) /NM (PLANT-nm) /CreationDate (PLANT-cd) >>] ${pageKeys}>>`,
      stream(
        '/Filter /FlateDecode',
        zlibSync(ascii('BT /F1 12 Tf 20 50 Td (Hello) Tj ET q 8 0 0 4 9 9 cm /Im Do Q')),
      ),
      '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
      stream('/Type /Metadata /Subtype /XML /Filter /FlateDecode', zlibSync(ascii(xmp))),
      stream(
        '/Type /XObject /Subtype /Image /Width 8 /Height 4 /BitsPerComponent 8 /ColorSpace /DeviceRGB /Filter /DCTDecode',
        plantedJpeg(),
      ),
      stream('/Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8', ascii('PLANT-thumb')),
      '<< /Author (PLANT-author) /Producer <504C414E54> /CreationDate (PLANT-date) /Title (PLANT-title) /Firma (PLANT-f) >>',
      ...more,
    ],
    `/Info 9 0 R /ID [<504C414E54> <504C414E54>] ${trailer}`,
  );
}

async function expectClean(bytes: Uint8Array): Promise<Uint8Array> {
  const cleaned = await cleanBytes(bytes, '홍길동.pdf');
  expect(cleaned).toMatchObject({ name: 'document.pdf', type: 'application/pdf', residue: [] });
  expect(plants(cleaned.bytes)).toEqual([]);
  expect(latin1(cleaned.bytes)).not.toMatch(/504C414E54|\/Info|\/ID|\/Metadata|\/PieceInfo/i);
  if (has('qpdf')) {
    const check = run(cleaned.bytes, 'qpdf', '--check', 'IN');
    expect([check.status, check.text]).toEqual([
      0,
      expect.stringContaining('No syntax or stream encoding errors'),
    ]);
  }
  if (has('pdfinfo')) {
    expect(run(cleaned.bytes, 'pdfinfo', 'IN').text).not.toMatch(/Author|Producer|Creat|Title|ModDate|rror/);
    expect(run(cleaned.bytes, 'pdftotext', 'IN', '-').text).toContain('Hello');
  }
  if (spawnSync('exiftool', ['-ver']).status === 0) {
    expect(run(cleaned.bytes, 'exiftool', '-s', '-G1', '-XMP:all', '-PDF:all', 'IN').text).not.toMatch(
      /Author|Creat|Producer|XMP/,
    );
  }
  return cleaned.bytes;
}

describe('PDF', () => {
  it('loses everything planted, and says what', async () => {
    expect(plants(sample()).length).toBeGreaterThan(20);
    await expectClean(sample());
    const { removed } = await cleanBytes(sample(), 'a.pdf');
    expect(removed.sort()).toEqual(
      [
        'author',
        'camera',
        'comment_authors',
        'location',
        'other_metadata',
        'revision_ids',
        'software',
        'thumbnail',
        'times',
        'title',
        'xmp',
      ].sort(),
    );
  });

  it('keeps what is on the page', async () => {
    const bytes = await expectClean(sample());
    expect(everything(bytes)).toContain('(Hello) Tj');
    expect(latin1(bytes)).toContain('(Memo \\(a\\))');
    expect((await cleanBytes(bytes, 'a.pdf')).removed).toEqual([]);
  });

  it.runIf(has('qpdf'))('reads object streams, cross-reference streams and linearised files', async () => {
    for (const options of [
      ['--object-streams=generate'],
      ['--linearize'],
      ['--object-streams=generate', '--linearize'],
      ['--qdf'],
    ]) {
      await expectClean(run(sample(), 'qpdf', ...options, 'IN', 'OUT').out);
    }
  });

  it('leaves older versions behind', async () => {
    const old = sample({ more: ['(PLANT-unused)'] });
    const at = old.length + 1;
    const text = `\n4 0 obj\n<< /Length 44 >>\nstream\nBT /F1 12 Tf 20 50 Td (Hello anew) Tj ET       \nendstream\nendobj\n`;
    const start = /startxref\n(\d+)/.exec(latin1(old))?.[1] ?? '';
    const first = latin1(old).replace('Td (Hello)', 'Td (Hello)');
    const newer = join(
      ascii(first + text),
      ascii(
        `xref\n4 1\n${String(at).padStart(10, '0')} 00000 n \ntrailer\n<< /Size 11 /Root 1 0 R /Prev ${start} >>\nstartxref\n${old.length + text.length}\n%%EOF\n`,
      ),
    );
    const bytes = await expectClean(newer);
    expect(everything(bytes)).toContain('(Hello anew)');
    expect(everything(bytes)).not.toContain('(Hello) Tj');
  });

  it('finds the objects of a file whose table is wrong', async () => {
    for (const broken of [
      latin1(sample()).replace(/startxref\n\d+/, 'startxref\n7'),
      `junk\n${latin1(sample())}`,
      latin1(sample()).replace(/0000000\d{3} 00000 n/g, '0000000003 00000 n'),
    ]) {
      await expectClean(ascii(broken));
    }
  });

  it.each<[string, Parameters<typeof sample>[0], string]>([
    [
      'embedded files',
      {
        catalog:
          '/Names << /EmbeddedFiles << /Names [(a) << /Type /Filespec /F (C:\\\\Users\\\\PLANT\\\\a.txt) >>] >> >> ',
      },
      'hidden_content',
    ],
    ['JavaScript', { catalog: '/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> ' }, 'hidden_content'],
    [
      'layers',
      { catalog: '/OCProperties << /OCGs [10 0 R] >> ', more: ['<< /Type /OCG /Name (L) >>'] },
      'hidden_content',
    ],
  ])('names %s', async (_, parts, residue) => {
    const cleaned = await cleanBytes(sample(parts), 'a.pdf');
    expect(cleaned.residue).toEqual([residue]);
    expect(plants(cleaned.bytes)).toEqual([]);
  });

  it.each<[string, Uint8Array, string]>([
    [
      'signed',
      sample({
        catalog: '/AcroForm << /SigFlags 3 /Fields [10 0 R] >> ',
        more: ['<< /FT /Sig /T (s) /V 11 0 R >>', '<< /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >>'],
      }),
      'signed',
    ],
    ['encrypted', sample({ trailer: '/Encrypt << /Filter /Standard >> ' }), 'encrypted'],
    ['empty', ascii('%PDF-1.7\n%%EOF'), 'not_readable'],
    ['cut in the middle of an object', sample().subarray(0, 300), 'not_readable'],
    ['nested too deeply', sample({ catalog: `/X ${'['.repeat(5000)}${']'.repeat(5000)} ` }), 'not_readable'],
    [
      'a table that leads to itself',
      ascii('%PDF-1.7\nxref\n0 0\ntrailer << /Prev 9 /Root 1 0 R >>\nstartxref\n9\n%%EOF'),
      'not_readable',
    ],
  ])('leaves one that is %s as it is', async (_, bytes, residue) => {
    const cleaned = await cleanBytes(bytes, 'a.pdf');
    expect([cleaned.removed, cleaned.residue]).toEqual([[], [residue]]);
    expect(Buffer.compare(cleaned.bytes, bytes)).toBe(0);
  });

  it.runIf(has('qpdf'))('knows a file that qpdf encrypted', async () => {
    const bytes = run(sample(), 'qpdf', '--encrypt', '', 'owner', '256', '--', 'IN', 'OUT').out;
    expect((await cleanBytes(bytes, 'a.pdf')).residue).toEqual(['encrypted']);
  });

  it('refuses an object stream that inflates without end', async () => {
    const bomb = zlibSync(new Uint8Array(120_000_000), { level: 6 });
    const bytes = pdf([
      '<< /Type /Catalog /Pages 2 0 R >>',
      '<< /Type /Pages /Kids [] /Count 0 >>',
      stream('/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode', bomb),
    ]);
    const scanned = ascii(latin1(bytes).replace(/startxref\n\d+/, 'startxref\n1'));
    expect((await cleanBytes(scanned, 'a.pdf')).residue).toEqual(['too_large_to_clean']);
  });
});
