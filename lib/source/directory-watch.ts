/**
 * Tells when to look at the manifests directory again. It only nudges; what is there is found out by looking.
 *
 * W1  chokidar lists the whole directory at each event to work out what changed. Here the scan does that, once, so the listing
 *     is throttled to never: an event costs the same among 5 files and among 10,000, and one inotify watch serves them all.
 * W2  libuv says `rename` when a name came or went and `change` when bytes or attributes changed. chokidar passes that on, in
 *     order and without delay, in its event `raw`; its own events are merged and late.
 * W3  What a link leads to lies elsewhere and is watched by itself.
 */

import { FSWatcher } from 'chokidar'
import { basename, join } from 'node:path'

import { codeOf, textOf } from './read-file.js'

export interface WatchListener {
  /** A name in the directory came, went or was replaced. */
  nameMoved(name: string): void
  /** Bytes or attributes of a name in the directory changed. */
  contentChanged(name: string): void
  /** Something happened that names no file, such as the directory itself going away. */
  unclear(): void
  /** No events come any more. */
  failed(error: unknown): void
}

class NudgingWatcher extends FSWatcher {
  override _throttle(...args: Parameters<FSWatcher['_throttle']>): ReturnType<FSWatcher['_throttle']> {
    return args[0] === 'readdir' ? false : super._throttle(...args)
  }
}

export class DirectoryWatch {
  readonly #directory: string
  readonly #watcher: NudgingWatcher
  /** The file behind each watched link. */
  readonly #links = new Map<string, string>()

  private constructor(directory: string, listener: WatchListener) {
    this.#directory = directory
    this.#watcher = new NudgingWatcher({
      depth: 0,
      ignoreInitial: true,
      ignorePermissionErrors: true,
      atomic: false,
      usePolling: false,
    })
    this.#watcher.on('raw', (event, name, details) => {
      this.#tell(listener, event, name, details)
    })
    this.#watcher.on('error', (error) => {
      listener.failed(error)
    })
  }

  /** @returns when every later change will be told. */
  static async open(directory: string, listener: WatchListener): Promise<DirectoryWatch> {
    const watch = new DirectoryWatch(directory, listener)
    const ready = new Promise<void>((resolve) => {
      watch.#watcher.once('ready', resolve)
      watch.#watcher.once('error', () => {
        resolve()
      })
    })
    watch.#watcher.add(directory)
    await ready
    return watch
  }

  /**
   * Watches, or no longer watches, the file behind a link. `inode` names that file.
   * @returns whether it begins to: what happens to the file until then is not told.
   */
  followLink(name: string, inode: string | null): boolean {
    if ((this.#links.get(name) ?? null) === inode) return false
    const path = join(this.#directory, name)
    if (this.#links.delete(name)) this.#watcher.unwatch(path)
    if (inode === null) return false
    this.#links.set(name, inode)
    this.#watcher.add(path)
    return true
  }

  async close(): Promise<void> {
    await this.#watcher.close()
    this.#watcher.on('error', () => {
      // chokidar takes its listeners away at close, but a step that was under way may still fail; nobody waits for it.
    })
  }

  #tell(listener: WatchListener, event: string, name: string | null, details: unknown): void {
    const watchedPath = isWatched(details) ? details.watchedPath : null
    if (watchedPath !== this.#directory) {
      const link = watchedPath === null ? '' : basename(watchedPath)
      if (this.#links.has(link)) listener.contentChanged(link)
      else listener.unclear()
    } else if (!name || name === basename(this.#directory)) {
      listener.unclear()
    } else if (event === 'change') {
      listener.contentChanged(name)
    } else {
      listener.nameMoved(name)
    }
  }
}

function isWatched(details: unknown): details is { watchedPath: string } {
  return typeof details === 'object' && details !== null && 'watchedPath' in details
}

/** What helps when no events come. */
export function whyNoEvents(error: unknown): string {
  return ['ENOSPC', 'EMFILE'].includes(codeOf(error))
    ? 'raise fs.inotify.max_user_watches and max_user_instances, then restart podkeep'
    : textOf(error)
}
