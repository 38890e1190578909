"""Programs on the hart: images, the bench, the golden model beside it, what is printed."""
