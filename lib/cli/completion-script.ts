/** Scripts that let a shell ask podkeep itself what may come next (`podkeep complete`). */

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

export function completionScript(shell: Shell): string {
  return scripts[shell]
}

const scripts: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for podkeep: source <(podkeep completion bash)
_podkeep() {
  local word=\${COMP_WORDS[COMP_CWORD]} line
  COMPREPLY=()
  while IFS=$'\\t' read -r line _; do
    [[ -n $line && $line == "$word"* ]] && COMPREPLY+=("$line")
  done < <("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  [[ \${#COMPREPLY[@]} -eq 0 ]] && compopt -o default
}
complete -F _podkeep podkeep
`,
  zsh: `#compdef podkeep
# zsh completion for podkeep: podkeep completion zsh > "\${fpath[1]}/_podkeep"
_podkeep() {
  local -a lines choices
  local line name
  lines=("\${(@f)$("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $lines; do
    name=\${\${line%%$'\\t'*}//:/\\\\:}
    [[ $line == *$'\\t'* ]] && choices+=("$name:\${line#*$'\\t'}") || choices+=("$name")
  done
  if (( \${#choices} )); then _describe podkeep choices; else _files; fi
}
if [[ $funcstack[1] == _podkeep ]]; then _podkeep "$@"; else compdef _podkeep podkeep; fi
`,
  fish: `# fish completion for podkeep: podkeep completion fish > ~/.config/fish/completions/podkeep.fish
function __podkeep_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found ($words[1] complete -- $words[2..-1] 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c podkeep -f -a '(__podkeep_complete)'
`,
}
