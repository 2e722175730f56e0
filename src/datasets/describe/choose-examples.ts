import { seededRandom } from '../../core/seeded-random.ts';
import type { DatasetDescription, ImageName, ImageSpread, PlacedImage } from './dataset-description.ts';

/** What a report shows of each kind. */
export const SAMPLES_A_CLASS = 10;
const MOST_CLASSES = 200;
const MOST_OUTLIERS = 10;
const MOST_GROUPS = 20;
const MOST_OF_GROUP = 10;

/** The images of a class, or with boxes of it, that a report shows: drawn at random, the same ones each time. */
export function sampleImages(images: readonly PlacedImage[], className: string): readonly PlacedImage[] {
  return seededRandom('samples', className)
    .shuffle(images.filter(({ shows }) => shows.includes(className)))
    .slice(0, SAMPLES_A_CLASS);
}

/** The classes whose samples a report shows. */
export function sampledClasses({ classes }: Pick<DatasetDescription, 'classes'>): readonly string[] {
  return classes.slice(0, MOST_CLASSES).map(({ class: name }) => name);
}

/** The outliers that a report shows, the farthest first. */
export function shownOutliers({ outliers }: ImageSpread): ImageSpread['outliers'] {
  return outliers.slice(0, MOST_OUTLIERS);
}

/** The groups of near-duplicates that a report shows, each cut to what fits. */
export function shownGroups({ nearDuplicates }: DatasetDescription): readonly (readonly ImageName[])[] {
  return nearDuplicates.groups.slice(0, MOST_GROUPS).map((group) => group.slice(0, MOST_OF_GROUP));
}

/** The paths of all images that a report shows. */
export function chooseExamples(description: DatasetDescription, images: readonly PlacedImage[]): ReadonlySet<string> {
  const { brightness, sharpness } = description;
  return new Set(
    [
      ...sampledClasses(description).map((name) => sampleImages(images, name)),
      ...[brightness, sharpness].map(shownOutliers),
      ...shownGroups(description),
    ].flatMap((each: readonly ImageName[]) => each.map(({ path }) => path)),
  );
}
