"""What is known of people: purging it by age, exporting it, erasing it; rows and files alike."""
