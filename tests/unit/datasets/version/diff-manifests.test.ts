import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { diffManifests } from '../../../../src/datasets/version/diff-manifests.ts';
import type { Manifest } from '../../../../src/datasets/version/manifest.ts';

/** Files by path; the content is a word, the class the folder. */
function manifest(files: Readonly<Record<string, string>>): Manifest {
  const classOf = (path: string) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : undefined);
  const classNames = [...new Set(Object.keys(files).flatMap((path) => classOf(path) ?? []))].sort();
  const listed = Object.entries(files).map(([path, content]) => {
    const name = classOf(path);
    return {
      path,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      ...(name === undefined ? {} : { label: classNames.indexOf(name) }),
    };
  });
  return { format: 1, layout: 'image-folders', classNames, samples: 0, testSamples: 0, files: listed };
}

test('the same files differ in nothing', () => {
  const same = manifest({ 'cat/1': 'a', 'dog/1': 'b', README: 'text' });
  expect(diffManifests(same, same)).toEqual({
    ...{ added: [], removed: [], changed: [], relabelled: [], renamed: [], classes: [] },
  });
});

test('each file is told once: added, removed, changed, relabelled or renamed', () => {
  const first = manifest({
    'cat/1': 'one',
    'cat/2': 'two',
    'cat/3': 'three',
    'dog/1': 'wolf',
    README: 'old',
    'dog/2': 'b',
  });
  const second = manifest({
    ...{ 'ant/1': 'new', 'cat/1': 'one!', 'dog/9': 'two', 'cat/7': 'three', README: 'newer', 'dog/2': 'b' },
  });
  const diff = diffManifests(first, second);
  expect(diff.added).toEqual([{ path: 'ant/1', bytes: 3, class: 'ant' }]);
  expect(diff.removed).toEqual([{ path: 'dog/1', bytes: 4, class: 'dog' }]);
  expect(diff.changed.map(({ to }) => [to.path, to.class])).toEqual([
    ['cat/1', 'cat'],
    ['README', null],
  ]);
  expect(diff.relabelled.map(({ from, to }) => `${from.path} ${from.class} → ${to.path} ${to.class}`)).toEqual([
    'cat/2 cat → dog/9 dog',
  ]);
  expect(diff.renamed.map(({ from, to }) => `${from.path} → ${to.path}`)).toEqual(['cat/3 → cat/7']);
  const none = { added: 0, removed: 0, changed: 0, came: 0, went: 0 };
  expect(diff.classes).toEqual([
    { ...none, class: 'ant', before: 0, after: 1, added: 1 },
    { ...none, class: 'cat', before: 3, after: 2, changed: 1, went: 1 },
    { ...none, class: 'dog', before: 2, after: 2, removed: 1, came: 1 },
  ]);
});

test('copies of one content are paired one to one, within their class first', () => {
  const first = manifest({ 'cat/1': 'same', 'cat/2': 'same', 'dog/1': 'x' });
  const second = manifest({ 'cat/8': 'same', 'dog/1': 'x', 'dog/7': 'same', 'dog/8': 'same' });
  const diff = diffManifests(first, second);
  expect(diff.renamed.map(({ from, to }) => `${from.path} → ${to.path}`)).toEqual(['cat/1 → cat/8']);
  expect(diff.relabelled.map(({ from, to }) => `${from.path} → ${to.path}`)).toEqual(['cat/2 → dog/7']);
  expect(diff.added.map(({ path }) => path)).toEqual(['dog/8']);
  expect(diff.removed).toEqual([]);
});

test('a label that changed in place counts by the name of the class, not by its number', () => {
  const first = manifest({ 'cat/1': 'a', 'dog/1': 'b' });
  const second = manifest({ 'ant/1': 'c', 'cat/1': 'a', 'dog/1': 'b' });
  expect(diffManifests(first, second).relabelled).toEqual([]);
  const renamedClass: Manifest = { ...first, classNames: ['cat', 'wolf'] };
  expect(diffManifests(first, renamedClass).relabelled).toEqual([
    { from: { path: 'dog/1', bytes: 1, class: 'dog' }, to: { path: 'dog/1', bytes: 1, class: 'wolf' } },
  ]);
});

/** Images by name, the content the name; boxes as class and place. */
function detection(images: Readonly<Record<string, readonly (readonly [name: string, xmin: number])[]>>): Manifest {
  const classNames = [...new Set(Object.values(images).flatMap((boxes) => boxes.map(([name]) => name)))].sort();
  const files = Object.entries(images).map(([path, boxes]) => ({
    path,
    bytes: 1,
    sha256: createHash('sha256').update(path).digest('hex'),
    boxes: boxes.map(([name, xmin]) => ({ label: classNames.indexOf(name), xmin, ymin: 0, xmax: 90, ymax: 9 })),
  }));
  return { format: 1, layout: 'detection', classNames, samples: 0, testSamples: 0, files };
}

test('an image whose boxes changed is relabelled; classes count boxes that are new and gone', () => {
  const first = detection({
    a: [
      ['cat', 1],
      ['cat', 2],
      ['dog', 3],
    ],
    b: [['cat', 1]],
    c: [],
    d: [['dog', 1]],
  });
  const second = detection({
    a: [
      ['cat', 2],
      ['cat', 5],
      ['ant', 3],
    ],
    b: [['cat', 1]],
    c: [],
    e: [
      ['dog', 1],
      ['dog', 2],
    ],
  });
  const diff = diffManifests(first, second);
  expect(diff.relabelled).toEqual([
    { from: { path: 'a', bytes: 1, class: null, boxes: 3 }, to: { path: 'a', bytes: 1, class: null, boxes: 3 } },
  ]);
  expect(diff).toMatchObject({
    added: [{ path: 'e', boxes: 2 }],
    removed: [{ path: 'd', boxes: 1 }],
    changed: [],
    renamed: [],
  });
  expect(diff.classes).toEqual([
    { class: 'ant', before: 0, after: 1, added: 0, removed: 0, changed: 0, came: 1, went: 0 },
    { class: 'cat', before: 3, after: 3, added: 0, removed: 0, changed: 0, came: 1, went: 1 },
    { class: 'dog', before: 2, after: 2, added: 2, removed: 1, changed: 0, came: 0, went: 1 },
  ]);
  expect(diffManifests(first, first).classes).toEqual([]);
});
