"""The zip that Gradescope runs: this very gradgate, a course's rubric, and the two scripts of Gradescope's harness."""
