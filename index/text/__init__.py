"""Text to words: tokens with their places, stems, sentences."""
