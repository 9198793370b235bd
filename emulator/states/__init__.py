"""Step Functions, Standard workflows in JSONPath, interpreted on the clock behind moto's API."""
