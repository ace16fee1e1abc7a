export { LocalVolumeStore } from './local-volume-store.js'
