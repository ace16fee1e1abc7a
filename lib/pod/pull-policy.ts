/** When an image is asked for at its registry. */
export type ImagePullPolicy = 'Always' | 'IfNotPresent' | 'Never'
