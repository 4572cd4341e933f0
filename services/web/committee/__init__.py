"""The committee's and the street's pages: today's lines, several sites at once, words for the neighbours."""
