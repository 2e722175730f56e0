import { expect, test } from '@jest/globals';
import { ParameterError } from '../../../../src/core/errors.ts';
import { findApi, writeRequest } from '../../../../src/datasets/kaggle/dialect.ts';

const fields = { ownerSlug: 'o', datasetSlug: 'd', fileName: 'in/a b.csv', datasetVersionNumber: 3, pageToken: '' };

test('REST puts what names the thing into the path and the rest into the query', () => {
  expect(writeRequest(findApi({}), 'DownloadDataset', fields)).toEqual({
    verb: 'GET',
    url: 'https://www.kaggle.com/api/v1/datasets/download/o/d/in%2Fa%20b.csv?datasetVersionNumber=3',
  });
  expect(writeRequest(findApi({}), 'GetDataset', { ownerSlug: 'o', datasetSlug: 'd' }).url).toBe(
    'https://www.kaggle.com/api/v1/datasets/view/o/d',
  );
  expect(writeRequest(findApi({}), 'ListDatasets', { search: 'sign & hand' }).url).toBe(
    'https://www.kaggle.com/api/v1/datasets/list?search=sign+%26+hand',
  );
});

test('RPC posts every field but those that are defaults', () => {
  const { verb, url, body } = writeRequest(findApi({ KAGGLE_API_DIALECT: 'rpc' }), 'DownloadDataset', fields);
  expect([verb, url]).toEqual(['POST', 'https://api.kaggle.com/v1/datasets.DatasetApiService/DownloadDataset']);
  expect(JSON.parse(body ?? '')).toEqual({
    ownerSlug: 'o',
    datasetSlug: 'd',
    fileName: 'in/a b.csv',
    datasetVersionNumber: 3,
  });
});

test('another endpoint has its API below /api/v1 in both dialects', () => {
  for (const dialect of ['rest', 'rpc']) {
    const env = { KAGGLE_API_ENDPOINT: 'http://localhost:7777/', KAGGLE_API_DIALECT: dialect };
    expect(findApi(env)).toEqual({ dialect, base: 'http://localhost:7777/api/v1' });
  }
});

test('an endpoint or dialect that cannot be meant is refused with what is', () => {
  expect(() => findApi({ KAGGLE_API_ENDPOINT: 'kaggle' })).toThrow('such as https://www.kaggle.com');
  expect(() => findApi({ KAGGLE_API_DIALECT: 'rps' })).toThrow('Did you mean "rpc"?');
  expect(() => findApi({ KAGGLE_API_DIALECT: 'rps' })).toThrow(ParameterError);
});
