import { sourceContract } from './source.ts';

sourceContract({
  prepare: () => Promise.resolve('sample:signs?perClass=1'),
  change: () => Promise.resolve('sample:signs?perClass=2'),
  expected: { name: 'sample-signs', layout: 'image-folders', synthetic: true, samples: 52, testSamples: 26, files: 53 },
});
