import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { rewriteXml } from '../../../src/report/worker/clean/xml';
import { cleanBytes, latin1, plantedJpeg, plants, zipOf } from './fixtures';

type Parts = Record<string, string | Uint8Array>;
const xml = (body: string) => `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${body}`;
const relType = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const rels = (...list: [id: string, type: string, target: string, mode?: string][]) =>
  xml(
    `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${list
      .map(
        ([id, type, target, mode]) =>
          `<Relationship Id="${id}" Type="${relType}/${type}" Target="${target}"${mode === undefined ? '' : ` TargetMode="${mode}"`}/>`,
      )
      .join('')}</Relationships>`,
  );
const contentTypes = (overrides: Record<string, string>) =>
  xml(
    `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="jpeg" ContentType="image/jpeg"/>${Object.entries(
      overrides,
    )
      .map(([part, type]) => `<Override PartName="/${part}" ContentType="${type}"/>`)
      .join('')}</Types>`,
  );
const properties: Parts = {
  'docProps/core.xml': xml(
    '<cp:coreProperties xmlns:cp="c" xmlns:dc="d" xmlns:dcterms="t"><dc:creator>PLANT-creator</dc:creator><cp:lastModifiedBy>PLANT-last</cp:lastModifiedBy><dc:title>PLANT-title</dc:title><dcterms:created>PLANT-created</dcterms:created></cp:coreProperties>',
  ),
  'docProps/app.xml': xml(
    '<Properties xmlns="p"><Company>PLANT-company</Company><Application>PLANT-app</Application></Properties>',
  ),
  'docProps/custom.xml': xml(
    '<Properties xmlns="p"><property name="PLANT-name"><vt:lpwstr xmlns:vt="v">PLANT-custom</vt:lpwstr></property></Properties>',
  ),
  'docProps/thumbnail.jpeg': plantedJpeg(),
};
const rootRels = (main: string) =>
  rels(
    ['rId1', 'officeDocument', main],
    ['rId2', 'extended-properties', 'docProps/app.xml'],
    ['rId3', 'custom-properties', '/docProps/custom.xml'],
    ['rId4', 'metadata/thumbnail', 'docProps/thumbnail.jpeg'],
    ['rId5', 'metadata/core-properties', 'docProps/core.xml'],
  );
const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml';
const w =
  'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="r" xmlns:w14="w14" xmlns:pic="p"';

function docx(body = '', more: Parts = {}): Parts {
  return {
    '[Content_Types].xml': contentTypes({
      'word/document.xml': `${word}.document.main+xml`,
      'word/people.xml': `${word}.people+xml`,
      'docProps/core.xml': 'application/vnd.openxmlformats-package.core-properties+xml',
    }),
    '_rels/.rels': rootRels('word/document.xml'),
    ...properties,
    'word/document.xml': xml(
      `<!-- PLANT-remark --><w:document ${w}><w:body><w:p w:rsidR="PLANT001" w:rsidRDefault="PLANT002"><w:r><w:t xml:space="preserve">본문 &amp; 내용 </w:t></w:r><pic:cNvPr id="1" name="그림 1" descr="C:\\Users\\PLANT-user\\사진.jpg"/></w:p><w:p><w:r><w:instrText> INCLUDEPICTURE "C:\\\\Users\\\\PLANT-field\\\\a.png" </w:instrText></w:r></w:p>${body}</w:body></w:document>`,
    ),
    'word/_rels/document.xml.rels': rels(
      ['rId1', 'settings', 'settings.xml'],
      ['rId2', 'comments', 'comments.xml'],
      ['rId3', 'people', 'people.xml'],
      ['rId4', 'image', 'media/image1.jpeg'],
      ['rId5', 'hyperlink', 'https://www.mapo.go.kr/', 'External'],
      ['rId7', 'hyperlink', 'file:///C:\\Users\\PLANT-link\\a.docx', 'External'],
      ['rId8', 'hyperlink', '../../PLANT-up/b.docx', 'External'],
      ['rId6', 'customXml', '../customXml/item1.xml'],
    ),
    'word/settings.xml': xml(
      `<w:settings ${w}><w:attachedTemplate r:id="rId1"/><w:zoom w:percent="100"/><w:rsids><w:rsidRoot w:val="PLANT003"/></w:rsids><w14:docId w14:val="PLANT004"/></w:settings>`,
    ),
    'word/_rels/settings.xml.rels': rels([
      'rId1',
      'attachedTemplate',
      'file:///C:/Users/PLANT-template/x.dotx',
      'External',
    ]),
    'word/comments.xml': xml(
      `<w:comments ${w}><w:comment w:id="0" w:author="PLANT-commenter" w:initials="PLANT" w:date="2026-01-02T03:04:05Z"><w:p><w:r><w:t>의견</w:t></w:r></w:p></w:comment></w:comments>`,
    ),
    'word/people.xml': xml('<w15:people xmlns:w15="x"><w15:person w15:author="PLANT-person"/></w15:people>'),
    'word/media/image1.jpeg': plantedJpeg(),
    'customXml/item1.xml': xml('<a>PLANT-item</a>'),
    ...more,
  };
}

/** The parts of a cleaned file, after checking that it is a sound package: ZIP, XML, types and relationships. */
function sound(bytes: Uint8Array): Record<string, string> {
  const folder = mkdtempSync(joinPath(tmpdir(), 'clean-'));
  try {
    const path = joinPath(folder, 'file.zip');
    writeFileSync(path, bytes);
    const test = spawnSync('unzip', ['-t', path]);
    if (test.error === undefined) expect(test.status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const parts = unzipSync(bytes);
  // Every time is the first of ZIP's calendar (1980-01-01), and nothing stands behind the directory.
  for (const entry of latin1(bytes).split('PK\x03\x04').slice(1))
    expect(entry.slice(6, 10)).toBe('\0\0\x21\0');
  const text: Record<string, string> = {};
  for (const [name, data] of Object.entries(parts)) {
    if (!/\.(?:xml|rels|hpf)$/.test(name)) continue;
    rewriteXml(data, {}); // throws where it is not well-formed
    text[name] = strFromU8(data);
  }
  for (const match of (text['[Content_Types].xml'] ?? '').matchAll(/PartName="\/([^"]*)"/g)) {
    expect(parts).toHaveProperty([match[1] ?? '']);
  }
  for (const [name, body] of Object.entries(text)) {
    if (!name.endsWith('.rels')) continue;
    for (const [tag, target] of body.matchAll(/<Relationship [^>]*Target="([^"]*)"[^>]*>/g)) {
      if (tag.includes('TargetMode="External"')) continue;
      const path = new URL(target ?? '', `http://x/${name.replace(/_rels\/[^/]*$/, '')}`).pathname.slice(1);
      expect(parts, `${name} → ${path}`).toHaveProperty([path]);
    }
  }
  return text;
}

describe('Word', () => {
  it('loses everything planted, and stays a sound package', async () => {
    const planted = zipOf(docx());
    expect(plants(planted).length).toBeGreaterThan(25);
    const cleaned = await cleanBytes(planted, '홍길동 경위서.docx');
    expect(plants(cleaned.bytes)).toEqual([]);
    expect(cleaned).toMatchObject({ name: 'document.docx', residue: [] });
    expect(cleaned.type).toContain('wordprocessingml');
    expect(cleaned.removed.sort()).toEqual(
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
    const parts = sound(cleaned.bytes);
    expect(parts['word/document.xml']).toContain('본문 &amp; 내용 </w:t>');
    expect(parts['word/document.xml']).toContain('descr="사진.jpg"');
    expect(parts['word/comments.xml']).toContain('<w:comment w:id="0" w:author="Author" w:initials="A">');
    expect(parts['word/settings.xml']).toContain('<w:zoom w:percent="100"/>');
    expect(parts['word/_rels/document.xml.rels']).toContain('"https://www.mapo.go.kr/"');
    expect(parts['word/_rels/document.xml.rels']).toContain('"a.docx"');
  });

  it('cleans a clean one without a finding', async () => {
    const once = await cleanBytes(zipOf(docx()), 'a.docx');
    const twice = await cleanBytes(once.bytes, 'a.docx');
    expect(twice.removed).toEqual([]);
    expect(Buffer.compare(twice.bytes, once.bytes)).toBe(0);
  });

  it.each<[string, Parts, string]>([
    [
      'tracked changes',
      docx(
        '<w:p><w:del w:id="1" w:author="PLANT-a" w:date="2026-01-01T00:00:00Z"><w:r><w:delText>지운 글</w:delText></w:r></w:del></w:p>',
      ),
      'tracked_changes',
    ],
    [
      'hidden text',
      docx('<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>숨김</w:t></w:r></w:p>'),
      'hidden_content',
    ],
    ['an embedded object', docx('', { 'word/embeddings/oleObject1.bin': 'x' }), 'hidden_content'],
    ['macros', docx('', { 'word/vbaProject.bin': 'x' }), 'macros'],
    ['a picture of another type', docx('', { 'word/media/image2.emf': 'x' }), 'unknown_type'],
  ])('names %s', async (_, parts, residue) => {
    const cleaned = await cleanBytes(zipOf(parts), 'a.docx');
    expect(cleaned.residue).toEqual([residue]);
    expect(plants(cleaned.bytes)).toEqual([]);
    sound(cleaned.bytes);
  });

  it.each<[string, Parts, string]>([
    ['signed', docx('', { '_xmlsignatures/sig1.xml': xml('<Signature/>') }), 'signed'],
    ['of broken XML', docx('<w:p>'), 'not_readable'],
    [
      'with a document type',
      docx('', { 'word/styles.xml': '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>' }),
      'not_readable',
    ],
    ['nested too deeply', docx('<a>'.repeat(500) + '</a>'.repeat(500)), 'too_large_to_clean'],
    [
      'of too many parts',
      docx(
        '',
        Object.fromEntries(Array.from({ length: 2001 }, (_, index) => [`word/p${index}.xml`, '<a/>'])),
      ),
      'too_large_to_clean',
    ],
    ['that is a bomb', docx('', { 'word/media/a.jpeg': new Uint8Array(60_000_000) }), 'too_large_to_clean'],
  ])('leaves one %s as it is', async (_, parts, residue) => {
    const bytes = zipOf(parts);
    const cleaned = await cleanBytes(bytes, 'a.docx');
    expect([cleaned.removed, cleaned.residue]).toEqual([[], [residue]]);
    expect(Buffer.compare(cleaned.bytes, bytes)).toBe(0);
  });

  it('does not trust the sizes that a ZIP gives', async () => {
    const bytes = zipOf(docx('', { 'word/media/a.jpeg': new Uint8Array(3_000_000) }));
    const text = latin1(bytes);
    const entry = text.lastIndexOf('PK\x01\x02', text.lastIndexOf('word/media/a.jpeg'));
    bytes.set([100, 0, 0, 0], entry + 24);
    expect((await cleanBytes(bytes, 'a.docx')).residue).toEqual(['too_large_to_clean']);
  });
});

const sheet =
  'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="r" xmlns:xr="xr" xmlns:mc="mc" xmlns:x15ac="x15ac"';
function xlsx(state = '', rows = ''): Parts {
  return {
    '[Content_Types].xml': contentTypes({
      'xl/workbook.xml': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml',
    }),
    '_rels/.rels': rootRels('xl/workbook.xml'),
    ...properties,
    'xl/workbook.xml': xml(
      `<workbook ${sheet}><fileVersion appName="xl" rupBuild="PLANT1"/><fileSharing userName="PLANT-lock"/><mc:AlternateContent><mc:Choice Requires="x15"><x15ac:absPath url="C:\\Users\\PLANT-path\\"/></mc:Choice></mc:AlternateContent><xr:revisionPtr documentId="PLANT-doc"/><sheets><sheet name="표" sheetId="1" ${state}r:id="rId1"/></sheets></workbook>`,
    ),
    'xl/_rels/workbook.xml.rels': rels(
      ['rId1', 'worksheet', 'worksheets/sheet1.xml'],
      ['rId2', 'person', 'persons/person.xml'],
    ),
    'xl/worksheets/sheet1.xml': xml(
      `<worksheet ${sheet} xr:uid="{PLANT-uid}"><sheetData>${rows}<row r="1"><c r="A1"><v>42</v></c></row></sheetData><pageSetup paperSize="9" r:id="rId1"/></worksheet>`,
    ),
    'xl/worksheets/_rels/sheet1.xml.rels': rels(
      ['rId1', 'printerSettings', '../printerSettings/printerSettings1.bin'],
      ['rId2', 'comments', '../comments1.xml'],
    ),
    'xl/printerSettings/printerSettings1.bin': 'P\0L\0A\0N\0T\0',
    'xl/comments1.xml': xml(
      `<comments ${sheet}><authors><author>PLANT-Hong</author></authors><commentList><comment ref="A1" authorId="0"><text><r><t>PLANT-Hong:</t></r><r><t>확인</t></r></text></comment></commentList></comments>`,
    ),
    'xl/persons/person.xml': xml(
      '<personList><person displayName="PLANT-P" id="{1}" userId="PLANT@x" providerId="AD"/></personList>',
    ),
    'xl/threadedComments/threadedComment1.xml': xml(
      '<ThreadedComments><threadedComment ref="A1" dT="2026-01-01T00:00:00.00" personId="{1}" id="{2}"><text>말</text></threadedComment></ThreadedComments>',
    ),
  };
}

describe('Excel', () => {
  it('loses everything planted', async () => {
    const cleaned = await cleanBytes(zipOf(xlsx()), 'a.xlsx');
    expect(plants(cleaned.bytes)).toEqual([]);
    expect(cleaned).toMatchObject({ name: 'document.xlsx', residue: [] });
    const parts = sound(cleaned.bytes);
    expect(parts['xl/worksheets/sheet1.xml']).toContain('<v>42</v>');
    expect(parts['xl/worksheets/sheet1.xml']).toContain('<pageSetup paperSize="9"/>');
    expect(parts['xl/comments1.xml']).toContain('<t>Author:</t></r><r><t>확인</t>');
    expect(parts['xl/threadedComments/threadedComment1.xml']).not.toContain('2026');
  });
  it('names hidden sheets and rows', async () => {
    for (const parts of [xlsx('state="veryHidden" '), xlsx('', '<row r="9" hidden="1"/>')]) {
      expect((await cleanBytes(zipOf(parts), 'a.xlsx')).residue).toEqual(['hidden_content']);
    }
  });
});

describe('PowerPoint', () => {
  const pptx = (slide: string): Parts => ({
    '[Content_Types].xml': contentTypes({
      'ppt/presentation.xml': 'x',
      'ppt/changesInfos/changesInfo1.xml': 'x',
    }),
    '_rels/.rels': rootRels('ppt/presentation.xml'),
    ...properties,
    'ppt/presentation.xml': xml(
      '<p:presentation xmlns:p="p" xmlns:r="r"><p:custDataLst><p:tags r:id="rId2"/></p:custDataLst></p:presentation>',
    ),
    'ppt/_rels/presentation.xml.rels': rels(
      ['rId1', 'slide', 'slides/slide1.xml'],
      ['rId2', 'tags', 'tags/tag1.xml'],
      ['rId3', 'changesInfo', 'changesInfos/changesInfo1.xml'],
    ),
    'ppt/slides/slide1.xml': xml(slide),
    'ppt/tags/tag1.xml': xml('<p:tagLst xmlns:p="p"><p:tag name="A" val="PLANT-tag"/></p:tagLst>'),
    'ppt/changesInfos/changesInfo1.xml': xml('<a name="PLANT-change"/>'),
    'ppt/commentAuthors.xml': xml(
      '<p:cmAuthorLst xmlns:p="p"><p:cmAuthor id="1" name="PLANT-name" initials="PLANT"/></p:cmAuthorLst>',
    ),
    'ppt/authors.xml': xml(
      '<p188:authorLst xmlns:p188="p"><p188:author id="{1}" name="PLANT-n" initials="PL" userId="S::PLANT@x" providerId="AD"/></p188:authorLst>',
    ),
    'ppt/comments/comment1.xml': xml(
      '<p:cmLst xmlns:p="p"><p:cm authorId="1" dt="2026-01-01T00:00:00" idx="1"><p:text>말</p:text></p:cm></p:cmLst>',
    ),
  });
  it('loses everything planted and names a hidden slide', async () => {
    const slide = (show: string) =>
      `<p:sld xmlns:p="p" xmlns:a="a"${show}><a:ext uri="{FF2B5EF4-FFF2-40B4-BE49-F238E27FC236}"><a:creationId id="PLANT-id"/></a:ext><a:t>제목</a:t></p:sld>`;
    const cleaned = await cleanBytes(zipOf(pptx(slide(''))), 'a.pptx');
    expect(plants(cleaned.bytes)).toEqual([]);
    expect(cleaned).toMatchObject({ name: 'document.pptx', residue: [] });
    const parts = sound(cleaned.bytes);
    expect(parts['ppt/slides/slide1.xml']).toContain('<a:t>제목</a:t>');
    expect(parts['ppt/comments/comment1.xml']).not.toContain('2026');
    expect((await cleanBytes(zipOf(pptx(slide(' show="0"'))), 'a.pptx')).residue).toEqual(['hidden_content']);
  });
});

describe('OpenDocument and HWPX', () => {
  const odt = (body: string): Parts => ({
    mimetype: 'application/vnd.oasis.opendocument.text',
    'content.xml': xml(
      `<office:document-content xmlns:office="o" xmlns:text="t" xmlns:dc="d" xmlns:officeooo="x"><text:p officeooo:rsid="PLANT1">본문<text:a xlink:href="../PLANT-up/c.odt"/><office:annotation><dc:creator>PLANT-c</dc:creator><dc:date>2026-01-01T00:00:00</dc:date><text:p>말</text:p></office:annotation></text:p>${body}</office:document-content>`,
    ),
    'meta.xml': xml(
      '<office:document-meta xmlns:office="o" xmlns:meta="m" xmlns:dc="d"><office:meta><meta:generator>PLANT-gen</meta:generator><dc:creator>PLANT-c</dc:creator><meta:user-defined meta:name="x">PLANT-u</meta:user-defined></office:meta></office:document-meta>',
    ),
    'settings.xml': xml('<a>PLANT-printer</a>'),
    'Thumbnails/thumbnail.png': 'PLANT',
    'Configurations2/accelerator/current.xml': '',
    'Pictures/1.jpg': plantedJpeg(),
    'META-INF/manifest.xml': xml(
      '<manifest:manifest xmlns:manifest="m"><manifest:file-entry manifest:full-path="/"/><manifest:file-entry manifest:full-path="content.xml"/><manifest:file-entry manifest:full-path="meta.xml"/><manifest:file-entry manifest:full-path="Thumbnails/thumbnail.png"/></manifest:manifest>',
    ),
  });
  it('odt', async () => {
    const cleaned = await cleanBytes(zipOf(odt('')), 'a.odt');
    expect(plants(cleaned.bytes)).toEqual([]);
    expect(cleaned).toMatchObject({ name: 'document.odt', residue: [] });
    const parts = sound(cleaned.bytes);
    expect(parts['META-INF/manifest.xml']).not.toMatch(/meta\.xml|Thumb/);
    expect(parts['content.xml']).toContain('본문');
    // As the format wants it: first, stored, and so readable at byte 38.
    expect(latin1(cleaned.bytes.subarray(30, 60))).toContain('mimetypeapplication/vnd.oasis');
    expect((await cleanBytes(zipOf(odt('<text:tracked-changes/>')), 'a.odt')).residue).toEqual([
      'tracked_changes',
    ]);
  });
  it('hwpx', async () => {
    const parts: Parts = {
      mimetype: 'application/hwp+zip',
      'version.xml': xml('<hv:HCFVersion xmlns:hv="v" major="5" application="Hancom" appVersion="PLANT"/>'),
      'Contents/content.hpf': xml(
        '<opf:package xmlns:opf="o"><opf:metadata><opf:title>PLANT-t</opf:title><opf:language>ko</opf:language><opf:meta name="creator" content="text">PLANT-c</opf:meta><opf:meta name="CreatedDate" content="text">PLANT-d</opf:meta></opf:metadata><opf:manifest/></opf:package>',
      ),
      'Contents/header.xml': xml(
        '<hh:head xmlns:hh="h"><hh:trackChangeAuthor name="PLANT-a" id="1"/></hh:head>',
      ),
      'Contents/section0.xml': xml(
        '<hs:sec xmlns:hs="s" xmlns:hp="p"><hp:t>본문</hp:t><hp:stringParam name="Author">PLANT-memo</hp:stringParam></hs:sec>',
      ),
      'Preview/PrvText.txt': 'PLANT',
      'Preview/PrvImage.png': 'PLANT',
    };
    const cleaned = await cleanBytes(zipOf(parts), 'a.hwpx');
    expect(plants(cleaned.bytes)).toEqual([]);
    expect(cleaned).toMatchObject({ name: 'document.hwpx', residue: [] });
    expect(cleaned.removed.sort()).toEqual([
      'author',
      'comment_authors',
      'software',
      'thumbnail',
      'times',
      'title',
    ]);
    expect(sound(cleaned.bytes)['Contents/section0.xml']).toContain('본문');
  });
  it('another ZIP is of no type that we know', async () => {
    const bytes = zipOf({ 'a.txt': 'hello' });
    expect((await cleanBytes(bytes, 'a.zip')).residue).toEqual(['unknown_type']);
  });
});
