// What the tests load into a page: Uppy with its tus plug-in, as window.Uppy and window.UppyTus.
import Uppy from '@uppy/core'
import Tus from '@uppy/tus'

window.Uppy = Uppy
window.UppyTus = Tus
