/** The manifest files, and what is wrong with them at the very line. */

import { element, keepList } from './elements.js'

/** @typedef {import('./known.js').Manifests} Manifests */

/** @param {Element} list @param {Manifests | null} manifests */
export function showFiles(list, manifests) {
  keepList(
    list,
    (manifests?.files ?? []).map((file) => ({
      key: file.file,
      look: JSON.stringify([file.state, file.reason, file.pods, file.problems]),
      make: () => {
        const kind = { ok: 'good', held: 'busy', waiting: 'busy', refused: 'bad' }[file.state] ?? 'rest'
        return element(
          'div',
          { class: 'file' },
          element('span', { class: 'mono' }, file.file),
          element('span', { class: `badge ${kind}` }, file.state),
          element('span', { class: 'soft' }, aboutFile(file)),
        )
      },
    })),
  )
}

/** @param {import('./known.js').ManifestFile} file */
function aboutFile({ state, reason, pods, problems }) {
  return state === 'waiting' ? (problems[0]?.message ?? '') : (reason ?? pods.join(', '))
}

/**
 * A file that is still being written has nothing wrong with it.
 * @param {import('./known.js').ManifestFile} file
 */
export function isWrong({ state, problems }) {
  return problems.length > 0 && state !== 'waiting'
}

/** @param {Element} list @param {Manifests | null} manifests @returns {number} how many there are */
export function showTroubles(list, manifests) {
  const whole = manifests?.problem
    ? [{ key: '', look: manifests.problem, make: () => directoryTrouble(manifests) }]
    : []
  const troubles = (manifests?.files ?? []).filter(isWrong).flatMap((file) =>
    file.problems.map((problem, at) => ({
      key: `${file.file} ${at}`,
      look: JSON.stringify([problem, file.state]),
      make: () => trouble(file, problem),
    })),
  )
  keepList(list, [...whole, ...troubles])
  return whole.length + troubles.length
}

/** @param {Manifests} manifests */
function directoryTrouble({ directory, problem }) {
  return element(
    'div',
    { class: 'trouble' },
    element('p', {}, element('code', {}, directory)),
    element('p', {}, problem),
  )
}

/** @param {import('./known.js').ManifestFile} file @param {import('./known.js').Problem} problem */
function trouble({ file, state, pods }, { line, column, field, message, suggestion, source }) {
  const place = [file, line, column].filter((part) => part !== null).join(':')
  const kept = state === 'held' && pods.length > 0 ? `${pods.join(', ')} stays as it was` : ''
  return element(
    'div',
    { class: 'trouble' },
    element('p', {}, element('code', {}, place), field === '' ? null : ` ${field}`, `: ${message}`),
    suggestion === null ? null : element('p', { class: 'hint' }, suggestion),
    kept === '' ? null : element('p', { class: 'hint' }, kept),
    source === undefined || source === null || line === null
      ? null
      : element('pre', {}, sourceText(source, line, column)),
  )
}

/** @param {string} source @param {number} line @param {number | null} column */
function sourceText(source, line, column) {
  const gutter = `${line} | `
  return `${gutter}${source}\n${' '.repeat(gutter.length + (column ?? 1) - 1)}^`
}
