import { expect, test } from '@jest/globals';
import { DataError } from '../../../../src/core/errors.ts';
import { seededRandom } from '../../../../src/core/seeded-random.ts';
import { loadVocParser } from '../../../../src/datasets/voc/parse-voc-xml.ts';
import { vocXml } from '../../../helpers/detection-files.ts';
import { mutate } from '../../../helpers/mutate.ts';

const parse = await loadVocParser();
const object = vocXml([['cat', 1, 1, 9, 9]]);

test.each([
  ['a document type', `<!DOCTYPE annotation [<!ENTITY a "b">]>${object}`, 'it declares a document type'],
  [
    'a document type in UTF-16',
    utf16(`<!doctype x SYSTEM "file:///etc/passwd">${object}`),
    'it declares a document type',
  ],
  ['an open element', '<annotation><object></annotation>', 'it is no XML'],
  ['what is cut off', object.slice(0, -'</annotation>'.length), '<annotation> is not closed'],
  ['what is closed by another name', object.replace('</name>', '</nam>'), '</nam> closes nothing'],
  ['two documents', object + object, 'it has 2 elements around all'],
  ['an attribute without end', `<annotation a="${'x'.repeat(4e6)}`, 'there is an open "<"'],
  ['no XML', 'cat 1 1 9 9', 'it is no XML'],
  ['nothing', '', 'it is no XML'],
  ['another document', '<html><body/></html>', 'no annotation of Pascal VOC'],
  [
    'elements in a name',
    '<annotation><object><name><b>x</b></name></object></annotation>',
    'no annotation of Pascal VOC',
  ],
  ['bytes that are no text', Buffer.from([0x3c, 0x61, 0xff, 0xfe, 0x3e]), 'it is not text in UTF-8'],
  ['an unknown encoding', '<?xml version="1.0" encoding="klingon"?><annotation/>', 'it is not text in klingon'],
  ['too much', Buffer.alloc(5 * 2 ** 20, ' '), 'at most 4194304 are read'],
])('refuses %s', (_, content, message) => {
  const refusal = () => parse(Buffer.from(content));
  expect(refusal).toThrow(DataError);
  expect(refusal).toThrow(message);
});

test('refuses elements nested without end at once', () => {
  expect(() =>
    parse(Buffer.from(`<annotation>${'<a>'.repeat(200_000)}${'</a>'.repeat(200_000)}</annotation>`)),
  ).toThrow(DataError);
});

test('knows no entities but those of XML', () => {
  const { objects } = parse(Buffer.from(vocXml([['&lt;a&gt; &amp;amp; &unknown;', 1, 1, 9, 9]])));
  expect(objects[0]!.class).toBe('<a> &amp; &unknown;');
});

test('does not take names for properties', () => {
  const hostile = '<annotation><__proto__><polluted>1</polluted></__proto__><constructor>x</constructor></annotation>';
  expect(() => parse(Buffer.from(hostile))).toThrow(DataError);
  expect({}).not.toHaveProperty('polluted');
});

test('reads other encodings, as declared or by their first bytes', () => {
  const cjk = Buffer.concat([
    Buffer.from('<?xml version="1.0" encoding="gb2312"?><annotation><object><name>'),
    Buffer.from([0xc3, 0xa8]),
    Buffer.from('</name></object></annotation>'),
  ]);
  expect(parse(cjk).objects[0]!.class).toBe('猫');
  expect(parse(utf16(object)).objects[0]!.class).toBe('cat');
  expect(parse(Buffer.from(`\ufeff${object}`)).objects[0]!.class).toBe('cat');
});

test('an annotation without objects or size has none', () => {
  expect(parse(Buffer.from('<annotation/>'))).toEqual({ objects: [] });
  expect(parse(Buffer.from('<annotation><size/><object/></annotation>'))).toEqual({ objects: [] });
  expect(parse(Buffer.from(vocXml([], { side: 0 })))).toEqual({ objects: [] });
});

test('takes masks and parts for neither boxes nor classes', () => {
  const parts =
    '<part><name>head</name><bndbox><xmin>2</xmin><ymin>2</ymin><xmax>3</xmax><ymax>3</ymax></bndbox></part>';
  const { objects } = parse(Buffer.from(vocXml([['person', 1, 1, 9, 9]], { inside: parts })));
  expect(objects).toEqual([{ class: 'person', edges: [0, 0, 9, 9], flags: [] }]);
  const polygon = '<annotation><object><name>cat</name><polygon><x1>1</x1></polygon></object></annotation>';
  expect(parse(Buffer.from(polygon)).objects[0]!.edges).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
});

function utf16(text: string): Buffer {
  return Buffer.from(`\ufeff${text}`, 'utf16le');
}

test('of a hundred damaged annotations each is read or refused with its reason, and soon', () => {
  const whole = Buffer.from(
    `<?xml version="1.0"?>${vocXml([
      ['cat', 1, 1, 9, 9],
      ['dog', 2, 2, 8, 8],
    ])}`,
  );
  const random = seededRandom('voc');
  const startedAt = performance.now();
  for (let round = 0; round < 100; round += 1) {
    const damaged = mutate(whole, random);
    try {
      expect(Array.isArray(parse(damaged).objects)).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(DataError);
    }
  }
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});
