"""What PetaBencana's reports of a disaster say."""
