import { expect, test } from '@jest/globals';
import { chooseDogImages } from '../../../../src/datasets/dog-api/choose-dog-images.ts';
import { pathOfDogImage, readDogImage } from '../../../../src/datasets/dog-api/dog-image.ts';

const urlsOf = (label: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `https://images.dog.ceo/breeds/${label}/n${at}.jpg`);
const urls = [...urlsOf('poodle', 40), ...urlsOf('hound-afghan', 30), ...urlsOf('pug', 3)];
const choose = (from: readonly string[], perClass: number, seed = 7) =>
  chooseDogImages(from, { perClass, seed }).images.map(pathOfDogImage);

test('chooses so many a breed, at random and always the same, whatever the order of the list', () => {
  const chosen = choose(urls, 10);
  expect(chosen).toHaveLength(23);
  expect(choose(urls.toReversed(), 10)).toEqual(chosen);
  expect(choose(urls, 10, 8)).not.toEqual(chosen);
  expect(chosen.filter((path) => path.startsWith('poodle/'))).not.toEqual(
    urlsOf('poodle', 10).map((url) => url.slice(30)),
  );
});

test('more images a breed keep those there were; a new one upstream replaces one at most', () => {
  const chosen = choose(urls, 10);
  expect(choose(urls, 15)).toEqual(expect.arrayContaining(chosen));
  for (let at = 40; at < 60; at += 1) {
    const then = choose([...urls, `https://images.dog.ceo/breeds/poodle/n${at}.jpg`], 10);
    expect(then.filter((path) => !chosen.includes(path)).length).toBeLessThanOrEqual(1);
  }
});

test('its version changes with what is chosen, not with the host', () => {
  const version = (from: readonly string[]) => chooseDogImages(from, { perClass: 100, seed: 7 }).version;
  expect(version(urls.map((url) => url.replace('images.dog.ceo', 'localhost:8000')))).toBe(version(urls));
  expect(version(urls.slice(1))).not.toBe(version(urls));
});

test.each([
  ['https://images.dog.ceo/breeds/hound-afghan/n02088094_1003.JPG', 'hound-afghan/n02088094_1003.JPG'],
  ['https://images.dog.ceo/breeds/pug/my%20dog%20(1).jpeg', 'pug/my dog (1).jpeg'],
  ['http://localhost:8000/mirror/breeds/pug/a.png', 'pug/a.png'],
])('%s is %s', (url, path) => {
  expect(pathOfDogImage(readDogImage(url)!)).toBe(path);
});

test.each([
  'https://images.dog.ceo/breeds/pug/a.txt',
  'https://images.dog.ceo/breeds/pug/..%2f..%2fetc.jpg',
  'https://images.dog.ceo/breeds/%2e%2e/a.jpg',
  'https://images.dog.ceo/breeds/pug/.a.jpg',
  'https://images.dog.ceo/breeds/pug/a%00.jpg',
  'https://images.dog.ceo/breeds/pug/c:%5Ca.jpg',
  'https://images.dog.ceo/cats/pug/a.jpg',
  'file:///breeds/pug/a.jpg',
  'pug/a.jpg',
])('%s is no image of a breed', (url) => {
  expect(readDogImage(url)).toBeUndefined();
});
