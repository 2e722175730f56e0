import { sourceContract } from './source.ts';

sourceContract({
  prepare: () => Promise.resolve('sample:signs?perClass=2'),
  change: () => Promise.resolve('sample:signs?perClass=3'),
  expected: { name: 'sample-signs', layout: 'image-folders', synthetic: true, samples: 78, testSamples: 26, files: 79 },
});
