// What the tour says, and what it points at. For somebody who has never heard of meta-learning.

export const STOPS = [
  {
    at: "h1", title: "Machines that learn from one example",
    text: "Show a child a new letter once, and it finds that letter again. Most machines need thousands of examples. The ones on this page need one, because they have practised learning itself. Two minutes, and you know how.",
  },
  {
    at: ".rows", title: "This is all they are shown",
    text: "These characters are new to the machines, and each was drawn for them once. A small problem like this, a few classes with a few examples each, is called a task. The examples are its support set.",
  },
  {
    at: ".ask .pad", title: "This is the question",
    text: "The query: one of the five again, from another hand. Which one is it? Draw here with mouse, pen or finger and ask a question of your own, or choose a picture. The answer comes while you draw.",
  },
  {
    at: ".verdict", title: "Two machines, two ways to learn",
    text: "The prototypical network compares: it has learned which drawings mean the same. MAML retrains itself for a moment on the support set, and then answers. The number is how sure each one is.",
  },
  {
    at: "[data-explains=steps]", title: "Learning, slowed down",
    text: "Each inner step trains MAML a little on the support set. Pull this to 0: it has seen nothing of your task and can only guess. Then pull it back. An ordinary network would need far more than five steps.",
  },
  {
    at: ".presets", title: "Now make it hard",
    text: "Each of these buttons sets up a real situation: characters that look alike, steps that hurt, learners that fail. A link to any situation is one click away, under Copy link.",
  },
  {
    at: "#rooms", title: "The same idea, twice more",
    text: "Fit a curve shows five points of a wave to a network that has practised and to its twin that has not. In context shows a transformer that learns while it reads, and changes nothing in itself.",
  },
  {
    at: "h1", title: "So what is meta-learning?",
    text: "Ordinary learning: many examples of one task. Meta-learning: many small tasks, each with a few examples, until the machine is good at learning the next one. What it keeps is not these characters but a way to learn characters. It has learned to learn.",
  },
];
