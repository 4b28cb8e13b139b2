import { usePrompt } from "@medusajs/ui"

type Question = Parameters<ReturnType<typeof usePrompt>>[0]

/** Medusa's own question. It gives the focus back to nobody: whoever asked gets it again. */
export function useQuestion(): (question: Question) => Promise<boolean> {
  const prompt = usePrompt()
  return async (question) => {
    const asker = document.activeElement
    const answer = await prompt(question)
    if (asker instanceof HTMLElement) setTimeout(() => asker.focus())
    return answer
  }
}
