/**
 * What a name in the manifests directory says about the file: a manifest, or why it is not one. Only the last extension
 * counts, so the copies that editors, package managers and people leave beside a manifest are never run in its place.
 * Upper-case extensions count too: whoever writes WEB.YAML means a manifest.
 */

export type EntryType = 'file' | 'folder' | 'link' | 'other'

const manifestExtension = /\.(ya?ml|json)$/i

const copies: readonly (readonly [RegExp, string])[] = [
  [/^\.?#/, "an editor's autosave or lock file"],
  [/^\./, 'a dot-file'],
  [/~$/, "an editor's backup copy"],
  [/\.(bak|orig|old|save|rej)$/i, 'a backup copy'],
  [/\.(swp|swo|swx|tmp|temp|part|partial|crdownload|filepart)$/i, 'a temporary file'],
  [
    /^(kustomization\.ya?ml|Kustomization)$/,
    'kustomize’s own file: render it, and put here what comes of it (kubectl kustomize DIR)',
  ],
  [/\.(rpmnew|rpmsave|rpmorig|dpkg-[a-z]+|ucf-[a-z]+|pacnew|pacsave)$/i, "a package manager's copy"],
]

/** null for a name that a manifest has. */
export function whyNotManifestName(name: string): string | null {
  const copy = copies.find(([pattern]) => pattern.test(name))
  if (copy !== undefined) return copy[1]
  return manifestExtension.test(name) ? null : 'not named *.yaml, *.yml or *.json'
}

/** For a name that is not a manifest's. */
export function ignoredReason(name: string, type: EntryType): string {
  if (type === 'folder' && !name.startsWith('.')) return 'a folder: only files directly in the directory are read'
  return whyNotManifestName(name) ?? 'not a file'
}
