/** What podkeep needs from the place the manifests are in. Implemented by source/. */

export type ScannedFile =
  /** A manifest file, read whole. `fingerprint` changes exactly when the bytes do. */
  | {
      readonly kind: 'read'
      readonly name: string
      readonly bytes: Uint8Array
      readonly fingerprint: string
      /** By its mode, its group or everybody may read it. */
      readonly isReadableByOthers?: true
      /** The bytes are what it said before; what stands there by now does not count yet, and that is why. */
      readonly waitsFor?: string
    }
  /** Looks like a manifest and cannot be read, or may not be (too large, a FIFO ...): holds its pods. */
  | {
      readonly kind: 'unreadable'
      readonly name: string
      readonly message: string
      readonly suggestion: string | null
      /** Nothing is wrong with it but that it is still being written. */
      readonly isUnfinished?: true
    }
  /** Not a manifest (backup, dot-file, subfolder ...), listed so that nobody wonders. */
  | { readonly kind: 'ignored'; readonly name: string; readonly reason: string }

export type DirectoryScan =
  /**
   * The whole directory, sorted by name. `directoryId` is the same as long as it is the same directory: a mount, a swap or a
   * link that leads elsewhere makes it another one.
   */
  | { readonly kind: 'scanned'; readonly directoryId: string; readonly files: readonly ScannedFile[] }
  /** The directory itself cannot be read: not the same as empty. Holds every pod. */
  | { readonly kind: 'unreadable'; readonly message: string; readonly suggestion: string | null }

export interface ManifestSource {
  /** Where it looks, for people. */
  readonly directory: string
  /** Scans and goes on watching until close(); `onScan` gets the first scan and every later one that differs. */
  start(onScan: (scan: DirectoryScan) => void): Promise<void>
  close(): Promise<void>
}
