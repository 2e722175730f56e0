/** What the files of a saved model are called in its folder: apart from what writes them, which is much to load for a name. */
export const LAYERS_FOLDER = 'layers';
export const ONNX_FILE = 'model.onnx';
